/**
 * Made by `scripts/idna-tables.ts`: not to be edited. Each table is a list of ranges of code points, in base 36: the distance
 * from the end of the range before, and after a dot how many code points more the range has.
 */

/** What IDNA refuses, although it is neither unassigned, control, separator nor ignorable today. */
export const REFUSED =
  'xs r3.8 qt 3k qs.11 1fl jt.s 2r.1 1c 7e.1 pm.2 4b 35 29 is.2 2n.j 1dn uy.f dh.b cz 5 h mwj.4 3 2 6.n gk2.f ce.1 1j.6 1w 7 n y bu.1 14z.1f nh.p rr.27 8j.1m w4.2q ku.j vx.49 c7.1l a9 45i.32y 5qe.1l 2dj.1l 87.1f 7z.4 4qq.7 zk a.6h c9a.kw 4io.8f 1z5 15k 4f.3 8o.12 ak.3 1e.6 1b 8.7 f.3 a.6 64.10 b 10zk.5 4mb.b gsj.3bd'

/** Written from left to right, although it is no letter, number or spacing mark, or stands in a block of others. */
export const BIDI_L =
  'w2 60.1b rf.c 3u 3 3d 3e 3k 7b 8 5 1n.7 3t 16 3f 2j.c 4m.m 3.q 2 2 25 1l.7 2.j 34.5 27.2l h1.8 lh.1 3h.2 20.1 4e.6 g4.1 3l.d 4t.g a.a 3i.3 1o.3w c vw dj.1w r lz 9g.73 vl tc.1 6m mm7.1 dv.5 42.1 4s.1 47.1 15.4 1e.1 1c 2q.u 3h.t 2t.1 h.1 2y 40 gt1 2.1p 26.1 1u.18 bn.cw 254.6 32.6 3j.3 1d.1 28.3 5 e.4 2h.5 30 bm.i 2x 6z.m 2y.2 3a 3n.3 70 7d.2 4c 11.1 1j.7 2c.33 8m.1e hy.1 23.c 4w.35f bjw.1 3q 1u.o3 feq 3 3ox.el d.2 n.1 8.t 5.1m 17c.e7 1k.3 1f.7 2.d 2.6 1c4 35t.p 7.1o 1m.p'

/** Neutral, although it is a letter or number, or stands in a block that is written from right to left. */
export const BIDI_N =
  'jd.1 c.9 t m2.1 2.1 2 2.1 2j 38 b 7h.3 vz.6 29e.9 2k2.k hj.t 12i 8i nrk 48.8 2x gxi.5d n5.23 1hw ey.6 103.j 17yj.f0'

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

/** Transparent to joining, although they are no nonspacing or enclosing marks. */
export const TRANSPARENT = '4qv 1edz 15il'

/** Viramas: canonical combining class 9. */
export const VIRAMA =
  '1u5 3k 3k 3k 3k 3k 3k 3k 32.1 h 3h 34 3k 5m 51.1 1cq.1 v 4e i6 6c 2u.1 1z.1 3gs o7b 12 48 3z 31 8m 6v imq 16v 16 f 1m 3e.1 3w 39 51 2r 6t 3k 71 3k 3b 39 7i 78.1 4i 2c j 2a bq 79.1 2a bu.1'
