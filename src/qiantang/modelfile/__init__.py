"""A model file as its author wrote it: Vensim's .mdl and XMILE read into one kind of document.

The language is Vensim's and XMILE's: what a file means is decided by Vensim's reference manual and
by the XMILE 1.0 standard. Nothing here runs, fetches or evaluates what a file says.
"""
