/** Random YAML texts: likely ones in every style, and hostile ones. The same number gives the same text. */

type Random = () => number

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item

/** mulberry32, by Tommy Ettinger. */
function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const list = (text: string) => text.split('¦')

const WORDS = list(
  'name¦a-b¦x¦8¦-1¦0¦07¦1.5¦.5¦1e3¦1.¦0x1f¦0o17¦true¦True¦no¦null¦~¦.nan¦2024-01-15¦1:30¦a: b¦a:¦a #b¦a#b¦#c¦"q"¦"a\\n"¦"\\x41"¦' +
    "'s'¦'it''s'¦\"¦'¦[]¦{}¦[a]¦{a: b}¦|¦>-¦|-¦>¦|2¦|+¦*a¦&a b¦!!str x¦- x¦-¦?¦? a¦%x¦@x¦`¦é¦𝔸¦a\tb¦¦ ¦\t¦---¦...¦" +
    '123456789012345678901¦1_000¦+1¦--¦<<¦:¦,¦a,b¦http://x/y¦{¦}¦[¦]¦{a: ¦[b, ¦{"a":1}¦{a: {b: [c, d]}}¦{a,b: c,}¦[a,\n b]¦{a: b,\n  c: d\n}¦' +
    '{ # c\n a: b }¦long text here¦b\u00a0¦"k": v¦\'k\' : v¦a/b: c¦=¦y: n¦-0¦+.inf¦"a" "b"¦a:b¦[a: b]¦{? a: b}¦"x":y¦{x:y}¦{"x":y}¦{a: b c}¦' +
    '[1, 2.0, -3]¦{a: }¦{a:}¦{a:, b}¦[,]¦[a,,b]¦\u0085¦\u2028¦\r¦\u0001',
)
const INDENTS = list('¦¦¦  ¦    ¦ ¦- ¦  - ¦-   ¦- - ¦\t¦   ¦-\t¦- \t')
const KEYS = list('a: ¦b_c: ¦"d": ¦e:\n¦f:\t¦g:¦- ¦¦¦h: |\n¦i: >-\n¦j:  ¦"k" : ¦a: ')
const ENDS = list(
  '\n¦\n¦\n¦\n¦\n  ¦\n\n¦\r\n¦\n# c\n¦\n  # c\n¦\n---\n¦\n--- ¦\n...\n¦\n ¦\n    ¦ # c\n¦\t# d\n¦\n---\t¦\n...  # x\n¦\n%YAML 1.2\n¦\n\t\n¦  \n',
)

/** A text of pieces that need not fit together. */
export function hostileText(seed: number): string {
  const random = randomFrom(seed)
  let text = ''
  for (let count = 1 + Math.floor(random() * 7); count > 0; count -= 1) {
    const more = random() < 0.15 ? pick(random, [', ', ' ', '}', ']', ': ']) + pick(random, WORDS) : ''
    text += pick(random, INDENTS) + pick(random, KEYS) + pick(random, WORDS) + more + pick(random, ENDS)
  }
  return text
}

const SCALARS = list(
  "a¦some text¦8¦1.50¦no¦2024-01-01¦~¦\"q \\n \\u00e9\"¦'it''s'¦http://x/y?a=1,b¦a # c¦x#y¦true¦-5¦0x1F¦.inf¦é𝔸¦a: b¦*x¦&y z¦\"open¦-¦- a¦" +
    '1e3¦2024-01-15T10:00:00Z¦<<¦=¦12345678901234567890¦""¦\'\'¦a\tb',
)
const NAMES = list('a¦b¦name¦spec¦"q"¦\'s\'¦c-d¦e.f¦g/h¦no¦"a b"¦i j¦1¦y')
const BREAKS = list('\n¦\n¦\n¦\n\n¦\n# c\n¦  # c\n¦ \n¦\n    # d\n')

/** A text of several documents in blocks, in brackets, and with scalars of several lines. Most of it is right. */
export function likelyText(seed: number): string {
  const random = randomFrom(seed)
  let text = ''
  for (let index = 0, count = 1 + Math.floor(random() * 3); index < count; index += 1) {
    if (index > 0 || random() < 0.5) text += pick(random, list('---\n¦---\n¦--- # c\n¦---\r\n¦---\t\n¦--- '))
    text += random() < 0.3 ? inBrackets(random, 3, '') : inBlocks(random, 2, pick(random, ['', '', '', ' ']))
    text += pick(random, BREAKS)
    if (random() < 0.15) text += `...${pick(random, [' # c', '', '  '])}\n`
  }
  return random() < 0.2 ? text.replaceAll('\n', '\r\n') : text
}

function inBrackets(random: Random, depth: number, indent: string): string {
  if (depth <= 0 || random() < 0.4) return pick(random, SCALARS)
  const gap = () => {
    if (random() >= 0.3) return pick(random, ['', ' '])
    return pick(random, BREAKS) + (random() < 0.9 ? `${indent}  ` : pick(random, ['', indent, ' ']))
  }
  const isSequence = random() < 0.4
  const parts = Array.from({ length: Math.floor(random() * 4) }, () => {
    if (isSequence) return inBrackets(random, depth - 1, indent)
    const colon = pick(random, [': ', ': ', ': ', ':', ' : ', `:\n${indent}   `, ''])
    return pick(random, NAMES) + colon + (random() < 0.9 ? inBrackets(random, depth - 1, indent) : '')
  })
  const close = random() < 0.97 ? (isSequence ? ']' : '}') : pick(random, ['}', ']', ''])
  const last = random() < 0.15 ? ',' : ''
  return (isSequence ? '[' : '{') + gap() + parts.map((part) => part + gap()).join(`,${gap()}`) + last + gap() + close
}

function inBlocks(random: Random, depth: number, indent: string): string {
  const isSequence = random() < 0.4
  const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    if (!isSequence) {
      return indent + pick(random, NAMES) + pick(random, [':', ':', ':', ':', ' :']) + value(random, depth, indent)
    }
    if (random() < 0.3) return `${indent}-${value(random, depth, indent)}`
    const blanks = pick(random, [' ', ' ', '   ', '\t'])
    const inner = `${indent} ${' '.repeat(blanks.length)}`
    return `${indent}-${blanks}${inBlocks(random, depth - 1, inner).slice(inner.length)}`
  })
  return parts.join(pick(random, BREAKS))
}

function value(random: Random, depth: number, indent: string): string {
  const chance = random()
  if (chance < 0.35) return ` ${pick(random, SCALARS)}`
  if (chance < 0.5) return pick(random, [' ', '  ', '\t']) + inBrackets(random, 2, indent)
  if (chance < 0.72) return ` ${pick(random, [blockScalar, plainLines, quotedLines])(random, indent)}`
  if (chance < 0.75) return ''
  if (depth <= 0) return ' x'
  if (chance < 0.78) return `${pick(random, BREAKS)}${indent}  ${inBrackets(random, 2, indent)}`
  return pick(random, BREAKS) + inBlocks(random, depth - 1, indent + pick(random, ['  ', '  ', '  ', ' ', '    ', '']))
}

function times(random: Random, make: () => string): string {
  return Array.from({ length: 1 + Math.floor(random() * 4) }, make).join('')
}

function blockScalar(random: Random, indent: string): string {
  const more = pick(random, ['  ', '  ', ' ', '    '])
  const indents = ['', indent, ...Array(4).fill(indent + more), `${indent + more}  `, `${indent + more}\t`]
  const words = list('¦text¦more text  ¦# x¦- a¦k: v¦---x¦"¦\u00a0z ')
  const header = pick(random, list('|¦>¦|-¦>-¦|+¦|2')) + pick(random, ['', '', ' # c', '  '])
  return header + times(random, () => `\n${pick(random, indents)}${pick(random, words)}`)
}

function plainLines(random: Random, indent: string): string {
  const words = list('more¦- x¦# c¦k: v¦21:59:43¦{a¦9¦x # y¦"z"¦e:')
  const line = () => pick(random, list('\n¦\n¦\n\n¦  \n¦ # c\n¦\t\n')) + indent + pick(random, list('  ¦  ¦ ¦¦   ¦\t'))
  return pick(random, list('word¦some text¦8¦2001-12-14¦a:¦no')) + times(random, () => line() + pick(random, words))
}

function quotedLines(random: Random, indent: string): string {
  const quote = pick(random, ['"', "'"])
  const words = list("more¦# c¦k: v¦x ¦¦''¦\\\"¦- a¦---")
  const line = () =>
    pick(random, list('\n¦\n¦\n\n¦  \n¦\t\n¦ \\\n')) + indent + pick(random, list('  ¦  ¦ ¦¦   ¦\t¦ \t'))
  const begin = quote + pick(random, list("a¦¦b  ¦it''s¦\\n¦é\u00a0"))
  return begin + times(random, () => line() + pick(random, words)) + quote + pick(random, ['', '', ' # c', '#', ': x'])
}
