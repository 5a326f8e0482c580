"""The nouns and verbs of contact centres, in CSTA's words: values and pure functions, no I/O, nothing imported of ours."""
