import { describe, expect, it } from 'vitest'
import { endsInNumber, parseIpv4, parseIpv6 } from '../../../src/validation/url/ip-address.js'

/** The answers are those of the steps in https://url.spec.whatwg.org/#host-parsing, followed by hand. */
describe('parseIpv6', () => {
  it.each([
    ['::', '::'],
    ['::1.2.3.4', '::102:304'],
    ['::ffff:192.168.0.1', '::ffff:c0a8:1'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['::255.255.255.255', '::ffff:ffff'],
    ['::0.0.0.0', '::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
  ])('reads %s as %s', (text, address) => {
    expect(parseIpv6(text)).toBe(address)
  })

  it.each([
    ['an IPv4 address of three numbers', '::1.2.3'],
    ['an IPv4 address of five numbers', '::1.2.3.4.5'],
    ['a dot at the end', '::1.2.3.4.'],
    ['a number above 255', '::256.1.1.1'],
    ['a number with a leading zero', '::1.02.3.4'],
    ['a hexadecimal number', '::1.a.3.4'],
    ['pieces behind the IPv4 address', '::1.2.3.4:5'],
    ['an IPv4 address without room', '1:2:3:4:5:6:7:1.2.3.4'],
    ['an IPv4 address alone', '1.2.3.4'],
    ['nine pieces', '1:2:3:4:5:6:7:8:9'],
    ['seven pieces', '1:2:3:4:5:6:7'],
    ['two gaps', '1::2::3'],
    ['a piece of five digits', '::12345'],
    ['a zone', 'fe80::1%25eth0'],
    ['nothing', ''],
    ['a bracket and what follows', '::1]:80/[::2'],
    ['a letter behind the address', '::1g'],
    ['a letter before the address', 'g::1'],
  ])('refuses %s', (_, text) => {
    expect(parseIpv6(text)).toBeUndefined()
  })
})

describe('parseIpv4', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['1', '0.0.0.1'],
    ['1.2', '1.0.0.2'],
    ['1.2.3', '1.2.0.3'],
    ['0x7f.0.0.01', '127.0.0.1'],
    ['010.0.0.1', '8.0.0.1'],
    ['4294967295', '255.255.255.255'],
    ['1.2.3.4.', '1.2.3.4'],
  ])('reads %s as %s', (text, address) => {
    expect(parseIpv4(text)).toBe(address)
  })

  it.each(['4294967296', '1.2.3.256', '1.2.3.4.5', '08.0.0.1', '1..2', '256.0.0.1'])('refuses %s', (text) => {
    expect(parseIpv4(text)).toBeUndefined()
  })
})

describe('endsInNumber', () => {
  it.each(['1', '1.2.3.4', 'example.1', 'example.42.', 'example.0x', 'example.0Xf', 'example.09'])(
    'is true of %s',
    (text) => {
      expect(endsInNumber(text)).toBe(true)
    },
  )

  it.each(['', 'example', 'example1', '1example', '1.example', 'example.1a', 'example.0xg', 'example.1..', 'a0x1'])(
    'is false of "%s"',
    (text) => {
      expect(endsInNumber(text)).toBe(false)
    },
  )
})
