"""The bundled sample: synthetic figures in Embrapa's own format, with the traps of the real ones.

Nothing here is, or is derived from, a published figure. The values are seeded draws whose parameters stand in this
package; only names of products, cultivars and countries are the usual ones. No claim about Brazilian viticulture can
be made from them.

`python -m viticast.sources.sample OUT_FOLDER --seed N` writes two vintages of the 15 files, `2024-04/` and `2025-04/`.
"""
