/** Something that is due at a time; `at` is its place in the heap, and the heap's alone to set. */
export interface Due {
  dueAt: number
  at: number
}

/** Items by when they are due: the first one at once, any one moved or removed in logarithmic time. */
export class DueHeap<Item extends Due> {
  readonly #items: Item[] = []

  get first(): Item | undefined {
    return this.#items[0]
  }

  /** In no order. */
  get items(): readonly Item[] {
    return this.#items
  }

  push(item: Item): void {
    item.at = this.#items.length
    this.#items.push(item)
    this.#rise(item)
  }

  /** An item whose time has changed. */
  move(item: Item): void {
    this.#rise(item)
    this.#sink(item)
  }

  remove(item: Item): void {
    const last = this.#items.pop() as Item
    if (last === item) return
    last.at = item.at
    this.#items[item.at] = last
    this.move(last)
  }

  #rise(item: Item): void {
    while (item.at > 0) {
      const above = this.#items[(item.at - 1) >> 1] as Item
      if (above.dueAt <= item.dueAt) return
      this.#swap(above, item)
    }
  }

  #sink(item: Item): void {
    for (;;) {
      const [left, right] = [this.#items[2 * item.at + 1], this.#items[2 * item.at + 2]]
      const below = right !== undefined && left !== undefined && right.dueAt < left.dueAt ? right : left
      if (below === undefined || below.dueAt >= item.dueAt) return
      this.#swap(item, below)
    }
  }

  #swap(a: Item, b: Item): void {
    const { at } = a
    a.at = b.at
    b.at = at
    this.#items[a.at] = a
    this.#items[b.at] = b
  }
}
