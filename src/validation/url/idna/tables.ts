/**
 * Made by `scripts/idna-tables.ts`: not to be edited. Each table is a list of ranges of code points, in base 36: the distance
 * from the end of the range before, and after a dot how many code points more the range has.
 */

/** What IDNA refuses, although it is neither unassigned, control, separator nor ignorable today. */
export const REFUSED =
  'xs r3.8 qt 3k qs.11 1fl jt.s 2r.1 1c 7e.1 pm.2 4b 35 29 is.2 2n.j 1dn uy.f dh.b cz 5 h mwj.4 3 2 6.n gk2.f ce.1 1j.6 1w 7 n y bu.1 14z.1f nh.p rr.27 8j.1m w4.2q ku.j vx.49 c7.1l a9 45i.32y 5qe.1l 2dj.1l 87.1f 7z.4 4qq.7 zk a.6h c9a.kw 4io.8f 1z5 15k 4f.3 8o.12 ak.3 1e.6 1b 8.7 f.3 a.6 64.10 b 10zk.5 4mb.b gsj.3bd'

/** Left to right, although it is not a letter, number or spacing mark, or its block has another direction. */
export const BIDI_L =
  '1us.1 nu.7 lr.3 83 168.2 20.1 13x vw dj.1w r lz 25g.1 6m n4a.1 4s.1 6v fh gx1 2.1p 41.18 4qz.1 fr zdd.el d.2 n.1 8.t 5.1m 67c.p 7.1o 1m.p'

/** Neutral, although it is a letter or number, or its block is right to left. */
export const BIDI_N =
  'jd.1 c.9 r.2 3t 3l b8.5 3b.1 2.1 2 2.1 2j 38 b 7h.3 e1.1 8 6u 76.7 3i.6 1ea.9 2v rf l.q 8m.5 49.x 25o.k hj.t 11u.5 f.6 8g.5f n8e.1i 93.2 2s b.1 48.8 2x 4g.3 21.3 gqv.5d n5.24 k 1hb ey.6 103.j 16j.c 1ux.s fsh jdq.1t 4 3ay 2cx.f0'

/** A nonspacing mark, although it is a spacing one today. */
export const BIDI_NSM = '1j4u'

/** European numbers beyond ASCII. */
export const BIDI_EN = '1dc.9 1drc.q'

/** Arabic numbers. */
export const BIDI_AN = '19c.9 2.1 1fwk.9a'

/** Characters that join with the next one: joining types dual and left. */
export const JOINS_NEXT =
  '17k 6 2 2.4 5.c 2.6 2.1 10.1 a.e j.11 2.1 a 2 2.1 15.2 3 j.2 6.3 2.8 2 2 2.1 w.a 4.e 3.3 2 3.2 3.5 23.w 2f.4 3 2.9 2 b 2.3 3 u 3.4 j.9 6.1 3.5 2.e 314.2g f.x 2 sd2.1e jf2.4 9 6.9 2.2 b.3 42 2 4.2 2.1 2 3 t.1 9e.x 2 el.2 2.g d.2 t.3 3.b 1b 2.1 5 3.1 2.1 2 3 6.1 16xj.x'

/** Characters that join with the one before them: joining types dual and right. */
export const JOINS_PREVIOUS =
  '17k 2.t 2.9 10.1 2.2 6.2i 2 p.1 b.2 3 h 2.t u.1e 23.w 2e.o 8 2.3 2.r 4 3.5 i.c 2.q 314.2g f.x 2 sd2.1d jf3.5 2 2.1 4.8 2.9 3 7.4 41.h o.5 9f.y el.k d.3 s.h 1b 2.4 2.7 2.3 5.1 16xk.x'

/** Transparent to joining, although they are not nonspacing or enclosing marks. */
export const TRANSPARENT = '4qv 1edz 15il'
