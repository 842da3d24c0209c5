import type { Announcement } from './announcement.ts'

/** An announcement is renewed at every block, and holds for so many more: who is gone is waited for no longer. */
export const ANNOUNCED_BLOCKS = 6

/** The last announcement of each peer. Peers are those that registered, which costs a fee: there are no more of them than that. */
export class Announced {
  readonly #last = new Map<string, Announcement>()

  /** Whether it says more than what is known of its peer. */
  isNews({ peer, height }: Announcement): boolean {
    return height > (this.#last.get(peer)?.height ?? -1)
  }

  /** The last one of a peer, whether it still holds or not. */
  of(peer: string): Announcement | undefined {
    return this.#last.get(peer)
  }

  take(announcement: Announcement): void {
    if (this.isNews(announcement)) this.#last.set(announcement.peer, announcement)
  }

  /** Those that hold at a height. */
  at(height: number): Announcement[] {
    return [...this.#last.values()].filter((one) => one.height + ANNOUNCED_BLOCKS >= height)
  }

  /** Peers that serve a program at a height, 64 hex digits each. */
  serving(program: string, height: number): string[] {
    return this.at(height).flatMap(({ peer, programs }) => (programs.includes(program) ? [peer] : []))
  }

  /** What holds no longer below a height is forgotten. */
  forget(height: number): void {
    for (const [peer, one] of this.#last) if (one.height + ANNOUNCED_BLOCKS < height) this.#last.delete(peer)
  }
}
