pragma circom 2.1.6;

include "../lib/range.circom";

// out[j] = bias[j] + Σ weight[j][i]·in[i], a layer whose weights are signals. A product is of an input and of many weights at once:
// they are the digits of one number of base 2^(n+1), so that the sum over inputs of such products has the layer's sums as its digits.
//
//   Σ in[i]·(Σ_j weight[j][i]·2^((n+1)·j)) + Σ_j bias[j]·2^((n+1)·j) = Σ_j out[j]·2^((n+1)·j)
//
// with -2^n ≤ out[j] < 2^n, which is checked: such digits are unique, since (n+1)·(250 \ (n+1)) ≤ 250 keeps all of them together from
// wrapping around the field. Assumes that no sum can leave this range: then no digit but the sum itself is left.
// A product for each input and group of 250 \ (n+1) units, n + 1 constraints for each unit: count·groups + units·(n + 1).
template Dense(count, units, n) {
    assert(n >= 1 && n <= 124);
    signal input in[count];
    signal input weight[units][count];
    signal input bias[units];
    signal output out[units];

    var per = 250 \ (n + 1);
    var groups = (units + per - 1) \ per;
    signal product[groups][count];
    component range[units];
    for (var g = 0; g < groups; g++) {
        var sum = 0;
        for (var from = 0; from < count; from += 28) {
            // Short sums added up: the compiler copies a sum at each addition.
            var part = 0;
            for (var i = from; i < from + 28 && i < count; i++) {
                var packed = 0;
                for (var j = g * per; j < g * per + per && j < units; j++) {
                    packed += weight[j][i] * (1 << ((n + 1) * (j - g * per)));
                }
                product[g][i] <== packed * in[i];
                part += product[g][i];
            }
            sum += part;
        }
        var digits = 0;
        for (var j = g * per; j < g * per + per && j < units; j++) {
            var scale = 1 << ((n + 1) * (j - g * per));
            sum += bias[j] * scale;
            var hint = bias[j];
            for (var i = 0; i < count; i++) { hint += weight[j][i] * in[i]; }
            out[j] <-- hint;
            digits += out[j] * scale;
            range[j] = RangeCheck(n + 1);
            range[j].in <== out[j] + (1 << n);
        }
        digits === sum;
    }
}
