import { expect, it } from 'vitest'
import { findCliTexts } from '../../scripts/check-texts.ts'

const found = (text: string, path = 'src/bus/a.ts') => findCliTexts([{ path, text }]).length

it('parts name no flag and no command in what they say', () => {
  for (const text of [
    "throw busError('E_X', 'name another --data-dir')",
    'throw busError("E_X", `${' + 'dir} is held; stop it (--data-dir)`)',
    "const cure = 'run `wsc bus fetch` again'",
    'const cure = `brought up to date by wsc setup`',
  ]) {
    expect([text, found(text)]).toEqual([text, 1])
    expect([text, found(text, 'src/cli/cure.ts')]).toEqual([text, 0])
  }
})

it('a cure is data, not a text', () => {
  for (const text of [
    "const cure = 'Wait until it has started.'",
    'const cure =\n  "Wait until it has started."',
    'const cure: string = `Wait for ${' + 'name}.`',
    "let cure = 'wait'",
    "const cure = known ? undefined : 'wait'",
    "const cure =\n  known\n    ? undefined\n    : 'wait'",
    "throw busError('E_X', 'damaged', { cure: 'remove it' })",
  ]) {
    expect([text, found(text)]).toEqual([text, 1])
    expect([text, found(text, 'src/cli/a.ts'), found(text, 'src/web/a.ts')]).toEqual([text, 0, 0])
  }
  for (const text of [
    "const cure = { act: 'check-node' }",
    "const cure = isCookie ? { act: 'right-cookie', subject: 'a' } : { act: 'right-password' }",
    "throw busError('E_X', 'damaged', { cure: remade(dir) })\nconst a = 'b'",
    "if (cure === undefined) return 'none'",
    "const cure = terms.cures?.[fault]\n  const a = 'b'",
    "readonly cure: Cure | undefined\n\n  constructor() {\n    this.name = 'WscError'",
    "const secure = 'yes'",
  ]) {
    expect([text, found(text)]).toEqual([text, 0])
  }
})

it('comments may, and so may arguments for other programs', () => {
  for (const text of [
    '/** As `wsc bus verify --json` prints it. */\nexport const a = 1',
    "// see wsc setup\nconst flags = ['--r1cs', '--O2']",
    "const url = 'http://127.0.0.1:1' // --rpc of wsc bus",
    "const text = 'a -- b, and wsc-bitcoin'",
  ]) {
    expect([text, found(text)]).toEqual([text, 0])
  }
})
