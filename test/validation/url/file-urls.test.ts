import { expect, it } from 'vitest'
import { parseUrl } from '../../../src/validation/url/parse-url.js'

/** What pydantic 2.14.4 makes of each, with `AnyUrl`. */
it.each([
  ['file:', 'file:///'],
  ['file:/', 'file:///'],
  ['file:a', 'file:///a'],
  ['file:/a/b', 'file:///a/b'],
  ['file:////a', 'file:///a'],
  ['file:?q', 'file:///?q'],
  ['file:/C:', 'file:///C:'],
  ['file:/C|/x', 'file:///C:/x'],
  ['file:C|/x', 'file:///C:/x'],
  ['file:\\C|\\x', 'file:///C:/x'],
  ['file://C|/x', 'file:///C:/x'],
  ['file:///C|/x', 'file:///C|/x'],
  ['file:/x/C|/y', 'file:///x/C|/y'],
  ['file://host/C|/x', 'file:///C:/x'],
  ['file://localhost/C:/x', 'file:///C:/x'],
  ['file:C:/../x', 'file:///C:/x'],
  ['file:/c:/../..', 'file:///c:/'],
  ['file:/C|?q#f', 'file:///C:?q#f'],
])('%s is %s', (text, href) => {
  expect(parseUrl(text)).toMatchObject({ ok: true, href })
})
