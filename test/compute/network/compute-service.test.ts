import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { computeError } from '../../../src/compute/errors.ts'
import type { TakenResult } from '../../../src/compute/io/service/compute-events.ts'
import { heldKind, resultGossip } from '../../../src/compute/peers/result-kind.ts'
import { encodeResultMessage, MAX_RESULT_MESSAGE_BYTES } from '../../../src/compute/peers/result-message.ts'
import { proverOrder } from '../../../src/compute/scheduling/prover-order.ts'
import {
  ComputeScene,
  FIRST,
  hashOf,
  logging,
  messageOf,
  PROGRAM,
  type Proves,
  proofOf,
  rightly,
  SLOT_MS,
  stalls,
  type TestNode,
} from './compute-scene.ts'

let scene: ComputeScene
beforeEach(() => {
  scene = new ComputeScene()
})
afterEach(() => scene.end())

/** Nodes in the order in which they prove at a height. */
function ordered(nodes: readonly TestNode[], height: number, branch = 0): TestNode[] {
  const order = proverOrder(
    { blockHash: hashOf(height, branch), program: PROGRAM },
    nodes.map(({ key }) => key),
  )
  return order.map((key) => nodes.find((one) => one.key === key) as TestNode)
}

/** Once all have announced themselves, a block comes; they have the program at it. */
async function nextBlock(nodes: readonly TestNode[], height: number): Promise<void> {
  for (const { service } of nodes) {
    await expect.poll(() => service.standing[0]?.serving.length, { interval: 1 }).toBe(nodes.length)
  }
  scene.chain.grow(height)
}

const results = (node: TestNode, height: number) =>
  (node.of('result') as { message: { result: { height: number } }; from: string | null }[]).filter(
    ({ message }) => message.result.height === height,
  )
const proved = (node: TestNode, height: number) =>
  (node.of('proving') as { height: number }[]).filter((one) => one.height === height).length
const all = (nodes: readonly TestNode[], height: number) => () => nodes.map((node) => results(node, height).length)
/** As often as anything could happen. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}

async function three(...proves: Proves[]): Promise<TestNode[]> {
  const names = ['ash', 'beech', 'cedar']
  const nodes = await Promise.all(names.map((name, i) => scene.node(name, proves[i] ?? proves[0] ?? rightly)))
  // The first block of each may have been proved by several: they did not know of each other yet.
  scene.chain.grow(FIRST + 1)
  return nodes
}

describe('three nodes', () => {
  it('prove a block once: who is first does, and the others take it', async () => {
    const nodes = await three()
    for (let height = FIRST + 2; height < FIRST + 12; height++) {
      await nextBlock(nodes, height)
      await expect.poll(all(nodes, height), { interval: 1 }).toEqual([1, 1, 1])
      const [first, ...others] = ordered(nodes, height)
      expect(proved(first as TestNode, height)).toBe(1)
      expect(others.map((node) => proved(node, height))).toEqual([0, 0])
      expect(results(first as TestNode, height)[0]?.from).toBeNull()
    }
    expect(scene.net.blamed).toEqual([])
  })

  it('hand over to the next after a slot where the first stalls, and to the one after that', async () => {
    const height = FIRST + 2
    let stalled = new Set<string>()
    const prove =
      (name: string): Proves =>
      async (block, signal) =>
        block.height === height && stalled.has(name) ? await stalls(block, signal) : await rightly(block, signal)
    const nodes = await three(prove('ash'), prove('beech'), prove('cedar'))
    const [first, second, third] = ordered(nodes, height) as [TestNode, TestNode, TestNode]
    stalled = new Set([first.name, second.name])
    await nextBlock(nodes, height)
    await expect.poll(() => proved(first, height), { interval: 1 }).toBe(1)
    await settled()
    expect([proved(second, height), proved(third, height)]).toEqual([0, 0])
    scene.clock.pass(SLOT_MS)
    await expect.poll(() => proved(second, height), { interval: 1 }).toBe(1)
    expect(proved(third, height)).toBe(0)
    scene.clock.pass(SLOT_MS)
    await expect.poll(all(nodes, height), { interval: 1 }).toEqual([1, 1, 1])
    // Those who were at it have stopped.
    for (const node of [first, second]) expect(node.of('stopped')).toContainEqual(expect.objectContaining({ height }))
  })

  it('have one place each where somebody else’s result is to be inscribed, and their own in turn from the second block on', async () => {
    const nodes = await three()
    const height = FIRST + 2
    await nextBlock(nodes, height)
    await expect.poll(all(nodes, height), { interval: 1 }).toEqual([1, 1, 1])
    const places = ordered(nodes, height).map(({ service }) => service.place(PROGRAM, hashOf(height)))
    expect(places).toEqual([0, 1, 2])
    const stranger = await scene.node('stranger', stalls, { registered: false })
    await expect.poll(() => stranger.service.place(PROGRAM, hashOf(height)), { interval: 1 }).toBe(3)
    const told = nodes.flatMap((node) => node.of('result') as TakenResult[])
    for (const { from, inTurn, message } of told) {
      expect(inTurn).toBe(from === null && message.result.height > FIRST)
    }
    expect(told.filter(({ inTurn }) => inTurn).map(({ message }) => message.result.height)).toContain(height)
  })

  it('refuse what a liar gives, and blame it; the right proof is heard after a wrong one of the same identity', async () => {
    const nodes = await three(stalls)
    const height = FIRST + 2
    await nextBlock(nodes, height)
    const kind = resultGossip(PROGRAM)
    const wrong = proofOf(height, hashOf(height + 1))
    await scene.net.tell('liar', kind, encodeResultMessage(messageOf(height, wrong)))
    await scene.net.tell('liar', kind, encodeResultMessage(messageOf(height, proofOf(height, hashOf(height)), 0, 8n)))
    expect(scene.net.blamed).toEqual(Array.from({ length: 6 }, () => ({ peer: 'liar', fault: 'lie' })))
    expect(all(nodes, height)()).toEqual([0, 0, 0])
    await scene.net.tell('honest', kind, encodeResultMessage(messageOf(height)))
    expect(all(nodes, height)()).toEqual([1, 1, 1])
    // Another proof of the same result: no news, and nobody's fault.
    await scene.net.tell('honest', kind, encodeResultMessage(messageOf(height, proofOf(height, hashOf(height), 1))))
    expect(all(nodes, height)()).toEqual([1, 1, 1])
    expect(scene.net.blamed).toHaveLength(6)
  })
})

describe('a result that is longer than a message between peers', () => {
  /** Bytes of the scene's own message but its log: the last that fits leaves less than an entry of room. */
  const LONGEST = Math.floor((MAX_RESULT_MESSAGE_BYTES - encodeResultMessage(messageOf(FIRST)).length - 2) / 32)
  const ask = (height: number) =>
    scene.net.transport('asker').ask('ash', heldKind, { program: PROGRAM, height, blockHash: hashOf(height) })

  it('is given to nobody, told of, proved by each, and in nobody’s turn to inscribe', async () => {
    const nodes = await three(logging(LONGEST + 1))
    const height = FIRST + 2
    await nextBlock(nodes, height)
    for (let rank = 0; rank < nodes.length; rank++) {
      const proving = () => nodes.filter((node) => results(node, height).length === 1).length
      await expect.poll(proving, { interval: 1 }).toBe(rank + 1)
      scene.clock.pass(SLOT_MS)
    }
    for (const node of nodes) {
      expect(results(node, height)).toMatchObject([{ from: null, inTurn: false, isAsked: false }])
      const told = node.of('ungossiped') as { height: number; reject: string }[]
      expect(told.filter((one) => one.height === height)).toMatchObject([{ program: PROGRAM, reject: 'too-long' }])
    }
    expect(await ask(height)).toMatchObject({ ok: false, reason: 'no-result' })
    expect(scene.net.blamed).toEqual([])
    expect(nodes.flatMap((node) => [...node.of('refused'), ...node.of('failed')])).toEqual([])
  })

  it('has an entry more than one that all are given', async () => {
    const nodes = await three(logging(LONGEST))
    const height = FIRST + 2
    await nextBlock(nodes, height)
    await expect.poll(all(nodes, height), { interval: 1 }).toEqual([1, 1, 1])
    const told = nodes.flatMap((node) => results(node, height)) as TakenResult[]
    expect(told.map(({ inTurn }) => inTurn).sort()).toEqual([false, false, true])
    expect(await ask(height)).toMatchObject({ ok: true, frames: [{ result: { height } }] })
    expect(nodes.flatMap((node) => node.of('ungossiped'))).toEqual([])
  })

  it('has too many attestations of a source, which no message holds', async () => {
    const attestations = Array.from({ length: 65 }, () => new Uint8Array(1))
    const node = await scene.node('ash', async (block, signal) => ({
      ...(await rightly(block, signal)),
      evidence: [{ attestations, content: null }],
    }))
    await expect
      .poll(() => node.of('ungossiped'), { interval: 1 })
      .toMatchObject([{ height: FIRST, reject: 'too-many-attestations' }])
    expect(await ask(FIRST)).toMatchObject({ ok: false, reason: 'no-result' })
    expect(node.of('failed')).toEqual([])
  })
})

describe('a node', () => {
  it('that is not registered proves after four slots', async () => {
    const node = await scene.node('stranger', rightly, { registered: false })
    scene.chain.grow(FIRST + 1)
    await expect
      .poll(() => node.of('elected').at(-1), { interval: 1 })
      .toMatchObject({ height: FIRST + 1, rank: null, ms: 4 * SLOT_MS })
    scene.clock.pass(4 * SLOT_MS - 1)
    await settled()
    expect(proved(node, FIRST + 1)).toBe(0)
    scene.clock.pass(1)
    await expect.poll(() => results(node, FIRST + 1).length, { interval: 1 }).toBe(1)
  })

  it('asks who has it before it proves: what it missed is not proved again', async () => {
    const first = await scene.node('first')
    await expect.poll(() => results(first, FIRST).length, { interval: 1 }).toBe(1)
    const late = await scene.node('late', rightly, { registered: false })
    await expect.poll(() => late.of('elected').length, { interval: 1 }).toBe(1)
    scene.clock.pass(4 * SLOT_MS)
    await expect.poll(() => results(late, FIRST)[0]?.from, { interval: 1 }).toBe('first')
    expect(proved(late, FIRST)).toBe(0)
  })

  it('proves only where it is due, and gives up a turn that it waits for when the next comes', async () => {
    const node = await scene.node('one', rightly, { everyBlocks: 10 })
    await expect.poll(() => results(node, FIRST).length, { interval: 1 }).toBe(1)
    scene.chain.grow(FIRST + 9)
    scene.chain.grow(FIRST + 11)
    await expect.poll(() => results(node, FIRST + 10).length, { interval: 1 }).toBe(1)
    expect(node.of('proving')).toHaveLength(2)
    const kind = resultGossip(PROGRAM)
    await scene.net.tell('liar', kind, encodeResultMessage(messageOf(FIRST + 11)))
    expect(node.of('refused')).toMatchObject([{ reject: 'not-due', peer: 'liar' }])
  })

  it('tells where there is nothing to prove, which is no failure, and goes on', async () => {
    const node = await scene.node('one', async (block, signal) =>
      block.height % 2 === 0 ? null : await rightly(block, signal),
    )
    for (let height = FIRST + 1; height <= FIRST + 8; height++) {
      scene.chain.grow(height)
      const told = () => node.of('nothing').length + node.of('result').length
      await expect.poll(told, { interval: 1 }).toBe(height - FIRST + 1)
    }
    expect(node.of('nothing')).toHaveLength(5)
    expect([node.of('failed'), node.of('paused')]).toEqual([[], []])
  })

  it('takes the newest result that is due however long ago that was, and once', async () => {
    const node = await scene.node('one', stalls, { everyBlocks: FIRST })
    await expect.poll(() => proved(node, FIRST), { interval: 1 }).toBe(1)
    scene.chain.grow(2 * FIRST - 1)
    const kind = resultGossip(PROGRAM)
    for (const salt of [1, 2]) {
      const message = messageOf(FIRST, proofOf(FIRST, hashOf(FIRST), salt))
      await scene.net.tell('other', kind, encodeResultMessage(message))
    }
    expect(node.of('result')).toHaveLength(1)
    expect(node.of('refused')).toEqual([])
  })

  it('of what runs on events proves the last one, and takes the result of it however old that is', async () => {
    let last = FIRST
    const tip = FIRST + 200
    scene.chain.grow(tip)
    const onEvents = { everyBlocks: null, lastEvent: async () => last }
    const [ash] = ordered([await scene.node('ash', rightly, onEvents)], last) as [TestNode]
    await expect.poll(() => results(ash, last), { interval: 1 }).toHaveLength(1)
    const cedar = await scene.node('cedar', stalls, onEvents)
    await expect.poll(() => results(cedar, last), { interval: 1 }).toMatchObject([{ from: 'ash' }])
    scene.chain.grow(tip + 1)
    await settled()
    expect(ash.of('proving')).toHaveLength(1)
    last = tip + 2
    await nextBlock([ash, cedar], last)
    await settled()
    // Whoever is first of the two: the one that stalls is waited for a slot.
    scene.clock.pass(SLOT_MS)
    await expect.poll(all([ash, cedar], last), { interval: 1 }).toEqual([1, 1])
  })

  it('stops when the block leaves the chain, and proves the other one', async () => {
    const node = await scene.node('one', async (block, signal) =>
      block.height === FIRST + 1 && block.hash[0] === hashOf(FIRST + 1)[0]
        ? await stalls(block, signal)
        : await rightly(block, signal),
    )
    await expect.poll(() => results(node, FIRST).length, { interval: 1 }).toBe(1)
    scene.chain.grow(FIRST + 1)
    await expect.poll(() => proved(node, FIRST + 1), { interval: 1 }).toBe(1)
    scene.chain.grow(FIRST + 1, 1)
    await expect.poll(() => results(node, FIRST + 1), { interval: 1 }).toHaveLength(1)
    expect(results(node, FIRST + 1)).toMatchObject([{ message: { result: { blockHash: hashOf(FIRST + 1, 1) } } }])
    expect(node.of('failed')).toEqual([])
    // Of the branch that was left nothing is taken.
    const kind = resultGossip(PROGRAM)
    await scene.net.tell('other', kind, encodeResultMessage(messageOf(FIRST + 1)))
    expect(node.of('refused')).toMatchObject([{ reject: 'other-chain' }])
    expect(scene.net.blamed).toEqual([])
  })

  it('waits with a result of a block that it has not seen, and takes it then', async () => {
    const node = await scene.node('one', stalls)
    await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(1)
    const kind = resultGossip(PROGRAM)
    const heard = scene.net.tell('ahead', kind, encodeResultMessage(messageOf(FIRST + 1)))
    await scene.net.tell('ahead', kind, encodeResultMessage(messageOf(FIRST + 3)))
    expect(node.of('refused')).toMatchObject([{ reject: 'ahead' }])
    scene.chain.grow(FIRST + 1)
    await heard
    expect(results(node, FIRST + 1)).toMatchObject([{ from: 'ahead' }])
    expect(scene.net.blamed).toEqual([])
  })

  it('that keeps failing at a program pauses it, says so, and goes on listening', async () => {
    const fails: Proves = async () => {
      throw new Error('no luck')
    }
    const node = await scene.node('one', fails)
    for (let height = FIRST + 1; height < FIRST + 4; height++) {
      scene.chain.grow(height)
      await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(height - FIRST + 1)
      await settled()
    }
    expect(node.of('failed')).toHaveLength(3)
    expect(node.of('paused')).toMatchObject([{ program: PROGRAM, failures: 3, ms: 600_000 }])
    expect(node.service.standing).toMatchObject([{ failures: 3, pausedMs: 600_000 }])
    await scene.net.tell('other', resultGossip(PROGRAM), encodeResultMessage(messageOf(FIRST + 3)))
    expect(results(node, FIRST + 3)).toHaveLength(1)
    scene.clock.pass(600_000)
    scene.chain.grow(FIRST + 4)
    await expect.poll(() => node.of('paused').at(-1), { interval: 1 }).toMatchObject({ failures: 4, ms: 1_200_000 })
  })

  it('tries again at a later block what failed by an outage, or was passed over in a pause; not what cannot be read', async () => {
    let fault: Error | null = new Error('no node')
    const proves: Proves = async (block, signal) => {
      if (fault !== null) throw fault
      return await rightly(block, signal)
    }
    const node = await scene.node('one', proves, { everyBlocks: null, lastEvent: async () => FIRST })
    let height = FIRST
    const grow = async () => {
      scene.chain.grow(++height)
      await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(height - FIRST + 1)
      await settled()
    }
    await grow()
    await grow()
    await grow()
    // Three failures in a row are a pause, in which nothing is tried.
    expect([node.of('failed').length, node.of('paused').length, results(node, FIRST).length]).toEqual([3, 1, 0])
    fault = null
    scene.clock.pass(600_000)
    await grow()
    expect(results(node, FIRST)).toHaveLength(1)

    const other = await scene.node(
      'two',
      async () => {
        throw computeError('E_INPUT', 'more records than the program reads')
      },
      { everyBlocks: null, lastEvent: async () => height - 1 },
    )
    await expect.poll(() => other.of('failed').length, { interval: 1 }).toBe(1)
    const before = height - 1
    scene.chain.grow(++height)
    await settled()
    expect((other.of('failed') as { height: number }[]).filter((one) => one.height === before)).toHaveLength(1)
  })

  it('proves what an event that has left the chain, and is back, makes due; meanwhile it stops', async () => {
    let last: number | null = FIRST
    let isStill = true
    const proves: Proves = (block, signal) => (isStill ? stalls(block, signal) : rightly(block, signal))
    const node = await scene.node('one', proves, { everyBlocks: null, lastEvent: async () => last })
    await expect.poll(() => node.of('proving').length, { interval: 1 }).toBe(1)
    last = null
    scene.chain.grow(FIRST + 1, 1)
    await expect.poll(() => node.of('stopped').length, { interval: 1 }).toBe(1)
    isStill = false
    last = FIRST
    scene.chain.grow(FIRST + 2, 0)
    await expect.poll(() => results(node, FIRST).length, { interval: 1 }).toBe(1)
  })

  it('counts it as no failure that a block left the chain while it was read', async () => {
    let moves = 4
    const proves: Proves = async (block, signal) => {
      if (moves-- > 0) throw computeError('E_MOVED', 'it left')
      return await rightly(block, signal)
    }
    const node = await scene.node('one', proves, { everyBlocks: null, lastEvent: async () => FIRST })
    for (let height = FIRST; height < FIRST + 5; height++) {
      if (height > FIRST) scene.chain.grow(height)
      await expect.poll(() => node.of('tip').length, { interval: 1 }).toBe(height - FIRST + 1)
      await settled()
    }
    expect([node.of('failed').length, node.of('stopped').length, results(node, FIRST).length]).toEqual([0, 4, 1])
  })

  it('that proves what does not hold says so, and gives it to nobody', async () => {
    const [liar, other] = [
      await scene.node('one', async () => messageOf(FIRST, proofOf(FIRST, hashOf(1)))),
      await scene.node('two', stalls, { registered: false }),
    ]
    await expect
      .poll(() => liar.of('failed'), { interval: 1 })
      .toMatchObject([{ failure: { reject: 'proof-invalid' } }])
    expect([other.of('refused'), other.of('result')]).toEqual([[], []])
  })
})
