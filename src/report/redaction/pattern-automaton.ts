/** In which encoding a pattern holds its secret; a node of the automaton can belong to several. */
export const PatternKind = { raw: 1, base64: 2, hex: 4, decimal: 8 } as const

export interface Pattern {
  /** What stands in a text where nothing is escaped. At most 65,535. */
  readonly bytes: Uint8Array
  /** One of `PatternKind`. */
  readonly kind: number
}

const NONE = 0xffff
const BRANCH = 1
const END = 2

/**
 * An Aho-Corasick automaton. A node stands for the longest beginning of any pattern that ends at a place of the text; node
 * 0 for none. A node's only child is mostly the node after it, so a node costs about 17 bytes.
 */
export class PatternAutomaton {
  /** How many bytes of a pattern have been seen. */
  readonly depth: Uint16Array
  /** The length of the longest pattern that ends here; 0 for none. */
  readonly found: Uint16Array
  /** The kinds of all patterns that could go on here. */
  readonly kinds: Uint8Array
  /** The kinds of the patterns that go through this very node. */
  readonly ownKinds: Uint8Array
  /** The node for the next shorter beginning. */
  readonly fail: Int32Array
  /**
   * The nodes that end with what this node stands for have the numbers from `order` to `orderEnd`: so one comparison says
   * whether a node knows all that another one knows.
   */
  readonly order: Int32Array
  readonly orderEnd: Int32Array
  readonly #chain: Uint16Array
  readonly #flags: Uint8Array
  /** As `fail`, but past nodes that would only ask for the same byte again. */
  readonly #jump: Int32Array
  readonly #first = new Int32Array(256)
  readonly #branches: Branches

  constructor(patterns: readonly Pattern[]) {
    const trie = new Trie(patterns)
    const { size, parent, byte, chain, flags } = trie
    this.depth = trie.depth.slice(0, size)
    this.ownKinds = trie.kinds.slice(0, size)
    this.#chain = chain.slice(0, size)
    this.#flags = flags.slice(0, size)
    this.#branches = trie.branches
    for (let at = 0; at < 256; at += 1) this.#first[at] = this.child(0, at)
    this.kinds = this.ownKinds.slice()
    this.found = new Uint16Array(size)
    this.fail = new Int32Array(size)
    this.#jump = new Int32Array(size)
    const nodes = byDepth(this.depth)
    for (const node of nodes) {
      const above = parent[node] ?? 0
      const fail = above === 0 ? 0 : this.step(this.fail[above] ?? 0, byte[node] ?? 0)
      this.fail[node] = fail
      this.kinds[node] = (this.kinds[node] ?? 0) | (this.kinds[fail] ?? 0)
      this.found[node] = ((flags[node] ?? 0) & END) === 0 ? (this.found[fail] ?? 0) : (this.depth[node] ?? 0)
      const isSame = this.#chain[node] === this.#chain[fail] && ((flags[node] ?? 0) & BRANCH) === 0
      const canSkip = fail !== 0 && isSame && ((flags[fail] ?? 0) & BRANCH) === 0
      this.#jump[node] = canSkip ? (this.#jump[fail] ?? 0) : fail
    }
    this.order = new Int32Array(size)
    this.orderEnd = new Int32Array(size).fill(1)
    this.#number(nodes)
  }

  /** Numbers the nodes so that those which fail to a node, directly or not, come right after it. */
  #number(nodes: Int32Array): void {
    const { fail, order, orderEnd: counts } = this
    for (let at = nodes.length - 1; at >= 0; at -= 1) {
      const node = nodes[at] ?? 0
      const above = fail[node] ?? 0
      counts[above] = (counts[above] ?? 0) + (counts[node] ?? 0)
    }
    const next = new Int32Array(order.length).fill(1)
    for (const node of nodes) {
      const above = fail[node] ?? 0
      order[node] = (order[above] ?? 0) + (next[above] ?? 0)
      next[above] = (next[above] ?? 0) + (counts[node] ?? 0)
    }
    for (const node of nodes) counts[node] = (counts[node] ?? 0) + (order[node] ?? 0)
  }

  get isEmpty(): boolean {
    return this.depth.length <= 1
  }

  /** The node after one more byte. */
  step(from: number, byte: number): number {
    const chain = this.#chain
    let node = from
    while (node !== 0) {
      if (chain[node] === byte) return node + 1
      if (((this.#flags[node] ?? 0) & BRANCH) !== 0) {
        const child = this.#branches.get(node, byte)
        if (child !== 0) return child
      }
      node = this.#jump[node] ?? 0
    }
    return this.#first[byte] ?? 0
  }

  /** The node for a longer beginning; 0 when no pattern goes on like this. */
  child(node: number, byte: number): number {
    if (this.#chain[node] === byte) return node + 1
    return this.#branches.get(node, byte)
  }
}

/** The beginnings of all patterns, without what leads from one to another. */
class Trie {
  size = 1
  readonly parent: Int32Array
  readonly byte: Uint8Array
  readonly chain: Uint16Array
  readonly flags: Uint8Array
  readonly depth: Uint16Array
  readonly kinds: Uint8Array
  readonly branches = new Branches()

  constructor(patterns: readonly Pattern[]) {
    const most = patterns.reduce((sum, { bytes }) => sum + bytes.length, 1)
    this.parent = new Int32Array(most)
    this.byte = new Uint8Array(most)
    this.chain = new Uint16Array(most).fill(NONE)
    this.flags = new Uint8Array(most)
    this.depth = new Uint16Array(most)
    this.kinds = new Uint8Array(most)
    for (const { bytes, kind } of patterns) this.#insert(bytes, kind)
  }

  #insert(bytes: Uint8Array, kind: number): void {
    let node = 0
    for (const byte of bytes) {
      let child = this.chain[node] === byte ? node + 1 : 0
      if (child === 0 && ((this.flags[node] ?? 0) & BRANCH) !== 0) child = this.branches.get(node, byte)
      if (child === 0) child = this.#append(node, byte)
      this.kinds[child] = (this.kinds[child] ?? 0) | kind
      node = child
    }
    this.flags[node] = (this.flags[node] ?? 0) | END
  }

  #append(node: number, byte: number): number {
    const child = this.size
    this.size += 1
    this.parent[child] = node
    this.byte[child] = byte
    this.depth[child] = (this.depth[node] ?? 0) + 1
    if (child === node + 1) this.chain[node] = byte
    else {
      this.branches.set(node, byte, child)
      this.flags[node] = (this.flags[node] ?? 0) | BRANCH
    }
    return child
  }
}

/** The children that are not the node after their parent: open addressing, at most half full. */
class Branches {
  #count = 0
  #bits = 8
  #parents = new Int32Array(256)
  #bytes = new Uint8Array(256)
  #children = new Int32Array(256)

  /** @returns 0 where there is no such child */
  get(parent: number, byte: number): number {
    return this.#children[this.#slot(parent, byte)] ?? 0
  }

  set(parent: number, byte: number, child: number): void {
    if (this.#count * 2 >= this.#children.length) this.#grow()
    this.#count += 1
    const slot = this.#slot(parent, byte)
    this.#parents[slot] = parent
    this.#bytes[slot] = byte
    this.#children[slot] = child
  }

  /** Where a child is, or would be. */
  #slot(parent: number, byte: number): number {
    const children = this.#children
    const last = children.length - 1
    let slot = (Math.imul(parent, 0x9e3779b1) + Math.imul(byte + 1, 0x85ebca6b)) >>> (32 - this.#bits)
    while (children[slot] !== 0 && (this.#parents[slot] !== parent || this.#bytes[slot] !== byte))
      slot = (slot + 1) & last
    return slot
  }

  #grow(): void {
    const [parents, bytes, children] = [this.#parents, this.#bytes, this.#children]
    this.#bits += 1
    this.#parents = new Int32Array(children.length * 2)
    this.#bytes = new Uint8Array(children.length * 2)
    this.#children = new Int32Array(children.length * 2)
    for (const [at, child] of children.entries()) {
      if (child === 0) continue
      const slot = this.#slot(parents[at] ?? 0, bytes[at] ?? 0)
      this.#parents[slot] = parents[at] ?? 0
      this.#bytes[slot] = bytes[at] ?? 0
      this.#children[slot] = child
    }
  }
}

/** All nodes but the root, the shallow ones first. */
function byDepth(depth: Uint16Array): Int32Array {
  let deepest = 0
  for (const each of depth) deepest = Math.max(deepest, each)
  const starts = new Int32Array(deepest + 2)
  for (const each of depth) starts[each + 1] = (starts[each + 1] ?? 0) + 1
  for (let at = 1; at < starts.length; at += 1) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0)
  const order = new Int32Array(depth.length)
  for (let node = 0; node < depth.length; node += 1) {
    const level = depth[node] ?? 0
    const place = starts[level] ?? 0
    order[place] = node
    starts[level] = place + 1
  }
  return order.subarray(1)
}
