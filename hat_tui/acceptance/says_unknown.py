"""How English says that one does not know."""

import re

_TELL = "mention|say|state|specify|provide|contain|include|give|tell|indicate|reveal|explain|answer"
UNKNOWN = re.compile(
    r"\b(?:unanswerable|(?:insufficient|not enough|(?:is|are)n't enough) (?:information|details?|context)"
    r"|(?:is|are|was|were) (?:unknown|unclear)"
    # I do not know, I was not told; a person in a story who did not know says nothing about the answer
    r"|(?:i|we) (?:really |actually |honestly )?(?:do not|don't|did not|didn't) (?:really |actually )?know"
    r"|(?:i am|i'm) (?:not (?:sure|aware|certain)|unsure)|(?:i am|i'm|i was|is|was) (?:not able|unable) to"
    r"|(?:i have|i've|have|has|there is|there's) (?:absolutely )?no (?:idea|information|mention|answer|way|data|record)"
    r"|(?:do not|don't|does not|doesn't) have (?:\w+ ){0,4}(?:information|answer|knowledge|access|data|memory)"
    r"|(?:have|has)(?: not|n't) (?:been )?(?:told|given|said|provided|mentioned)|you never (?:told|said|mentioned)"
    # what the text does not say
    rf"|(?:does not|doesn't|do not|don't) (?:\w+ly )?(?:{_TELL})"
    rf"|(?:text|passage|article|author|story|context|document) (?:did not|didn't|never) (?:{_TELL})s?"
    r"|(?:gives?|gave|makes?|provides?|contains?|is|with) no (?:indication|mention|information|hint|answer|details?)"
    r"|(?:is|are|was|were)(?: not|n't) (?:\w+ly )?(?:mentioned|stated|specified|provided|given|known|told|included"
    r"|said|available|answered|indicated|found)"
    r"|(?:is|are)(?: not|n't) in the (?:text|passage|article|story|context)|nothing (?:in the|about)"
    # what cannot be said
    r"|(?:can(?:no|')t|can not|could ?n[o']t|could not|not possible to|impossible to) (?:be )?(?:answer|answered"
    r"|determine|determined|say|said|tell|told|know|known|find|found|provide (?:an|the|that) answer|confirm)"
    r")\b",
    re.IGNORECASE,
)
"""Occurs where an answer admits that it is none. Typewriter apostrophes only."""
