import { accumulator } from './accumulator.ts'
import { bits } from './bits.ts'
import { chainwork } from './chainwork.ts'
import type { Forgery } from './forgery.ts'
import { greatestTime } from './greatest-time.ts'
import { hash } from './hash.ts'
import { link } from './link.ts'
import { retarget } from './retarget.ts'
import { sha256 } from './sha256.ts'
import { slots } from './slots.ts'
import { time } from './time.ts'
import { version } from './version.ts'

export const allForgeries: readonly Forgery[] = [
  ...link,
  ...bits,
  ...retarget,
  ...hash,
  ...time,
  ...version,
  ...chainwork,
  ...accumulator,
  ...greatestTime,
  ...slots,
  ...sha256,
]
