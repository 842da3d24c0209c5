import { it } from 'vitest'
import { certificateOf, expectFlipsRefused, partOfAlice } from '../storage/certificate-scene.ts'

it('every byte of a certificate, altered, has it refused', async () => {
  await expectFlipsRefused(await certificateOf({ keys: [await partOfAlice()] }), 1)
}, 3_600_000)
