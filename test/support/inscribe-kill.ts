import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from './bus-place.ts'
import { CoreWallet } from './core-wallet.ts'
import { jobJson, recordMetadata, SettlementPlace } from './settlement-place.ts'
import type { WscRun } from './wsc.ts'

const COINS = 4

/** At a random moment: from when the work begins (cost is told just before), or from the start of the process. */
async function killAt(run: WscRun, whenItBegins: boolean): Promise<void> {
  const gone = () => run.child.exitCode !== null || run.child.signalCode !== null
  if (whenItBegins) await until(() => gone() || run.stderr().includes('cost: '), 'the cost')
  await delay(Math.random() * (whenItBegins ? 200 : 1500))
  run.child.kill('SIGKILL')
}

/** Kills `wsc inscribe` at random moments, as a power cut would, and gives the same command again. */
export function inscribeKillSuite(kills: number): void {
  describe.each(['the wallet file', 'a wallet of the node'])(`%s pays; kill -9, ${kills} times`, (payer) => {
    let place: SettlementPlace
    let core: CoreWallet | undefined
    beforeAll(async () => {
      const own = payer === 'the wallet file'
      place = await SettlementPlace.make(own ? COINS : 0, { wallet: !own })
      core = own ? undefined : await CoreWallet.create(place.node, 'payer', { coins: COINS })
    })
    afterAll(() => place.remove())

    it('every record is inscribed exactly once, and no coin is lost', async () => {
      let paid = 0
      let killed = 0
      const ids: string[] = []
      for (let n = 0; killed < kills; n++) {
        const argv = [
          'inscribe',
          '--json',
          ...(core === undefined ? [] : ['--fund-from', core.name]),
          '--metadata',
          recordMetadata(n),
          '--body',
          await place.put('body', `body ${n}`),
        ]
        for (let attempt = 0; ; attempt++) {
          const run = place.start(...argv)
          const killing = attempt < 2 ? killAt(run, attempt === 0) : undefined
          const { exit, stdout, stderr } = await run.done
          await killing
          if (exit === null) {
            killed++
            continue
          }
          expect([exit, stderr]).toEqual([0, expect.any(String)])
          const job = jobJson.parse(JSON.parse(stdout))
          ids.push(job.inscriptions[0]!.id)
          paid += job.fees
          break
        }
      }
      console.log(`killed ${killed} times, ${ids.length} records`)
      expect((await place.inscriptions()).map(({ id }) => id)).toEqual(ids)
      const records = await place.list('--records')
      expect(records.map(({ record }) => record?.seq)).toEqual(ids.map((_, n) => n))
      const { spendable, onInscriptions } = await place.balance()
      expect(onInscriptions).toBe(330 * ids.length)
      const left = spendable + Number((await core?.worth()) ?? 0n)
      expect(left + onInscriptions + paid).toBe(SettlementPlace.worth(COINS))
      expect((await core?.locked()) ?? []).toEqual([])
    })

    it('the index too goes on from where it was killed', async () => {
      const fresh = ['--settlement-dir', place.file('fresh')]
      for (let kill = 0; kill < kills; kill++) {
        await place.node.mine(20)
        const run = place.start('inscriptions', 'list', '--json', ...fresh)
        const timer = delay(250 + Math.random() * 500).then(() => run.child.kill('SIGKILL'))
        await run.done
        await timer
      }
      expect(await place.list(...fresh)).toEqual(await place.list())
    })
  })
}
