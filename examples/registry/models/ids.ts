import { randomBytes } from 'node:crypto'

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** A new id in the platform's form: the kind, and 16 random bytes in base58: `model-5BLjuHDVvGkJQdTAfwcbkJ`. */
export function newId(kind: 'model' | 'adapter'): string {
  let rest = BigInt(`0x${randomBytes(16).toString('hex')}`)
  let digits = ''
  for (; rest > 0n; rest /= 58n) digits = (BASE58[Number(rest % 58n)] ?? '') + digits
  return `${kind}-${digits.padStart(22, '1')}`
}
