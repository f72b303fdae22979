/** The filters and tests of Jinja2 3.1. transformers adds none; it only replaces `tojson`. */

export const FILTERS: ReadonlySet<string> = new Set(
  `abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format
  groupby indent int items join last length list lower map max min pprint random reject rejectattr replace reverse
  round safe select selectattr slice sort string striptags sum title tojson trim truncate unique upper urlencode urlize
  wordcount wordwrap xmlattr`.split(/\s+/),
)

export const TESTS: ReadonlySet<string> = new Set(
  `!= < <= == > >= boolean callable defined divisibleby eq equalto escaped even false filter float ge greaterthan gt in
  integer iterable le lessthan lower lt mapping ne none number odd sameas sequence string test true undefined
  upper`.split(/\s+/),
)

/** Constants. A template cannot assign to them. */
export const CONSTANTS: ReadonlySet<string> = new Set(['true', 'false', 'none', 'True', 'False', 'None'])

/** Python's keywords. Jinja2 passes an argument with such a name in another way, so it may be given twice. */
export const PYTHON_KEYWORDS: ReadonlySet<string> = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield`.split(/\s+/),
)
