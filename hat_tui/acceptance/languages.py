"""Which language a text is in, told by its script and its commonest words."""

import re
import unicodedata
from collections import Counter

_COMMON: dict[str, str] = {
    "en": "the a an of and to in is are was were be been it that this i you he she we they for with as on at by from "
    "not have has had do does can will would my your his her its or but if which who what there their am me how "
    "about into than then when all any so because don't i'm it's",
    "de": "der die das ein eine einen einem einer und ist sind war nicht ich du er sie wir ihr es zu mit auf für von "
    "im in den dem des auch als wie aber oder wenn dass sich hat haben wird werden kann bei nach aus nur noch mein",
    "fr": "le la les un une des du de et est sont était ne pas je tu il elle nous vous ils à au aux en dans pour avec "
    "sur par que qui ce cette ces son sa ses mon ma mais ou où plus comme c'est l'on être avoir a",
    "es": "el la los las un una unos y es son era no yo tú él ella nosotros que de del en a al por para con se su sus "
    "lo como más pero o si este esta esto muy mi ha han hay está están ser",
    "it": "il lo la gli le un una uno e è sono era non io tu lui lei noi che di del della dei delle in nel nella a al "
    "alla per con si su come più ma o se questo questa mi ha hanno c'è essere",
    "pt": "o a os as um uma e é são era não eu tu ele ela nós que de do da dos das em no na nos nas por para com se "
    "seu sua como mais mas ou este esta isso muito meu há está ser ao",
    "nl": "de het een en is zijn was niet ik jij je hij zij ze wij we van in op te met voor dat die dit er aan om ook "
    "als maar of bij naar uit nog wel heeft hebben wordt worden kan mijn",
    "pl": "i w na z się nie jest są był to że do o jak ale lub czy dla po przez od ten ta który która są może oraz za "
    "ja ty my być jego jej",
    "cs": "a je jsou byl v na se si že do to ne jak ale nebo pro po od ten ta který která i za já ty my být jeho její "
    "také jako jen už",
    "sv": "och är var en ett det den de som i på av för med till att inte jag du han hon vi har kan om men eller från "
    "så när sin min ska",
    "da": "og er var en et det den de som i på af for med til at ikke jeg du han hun vi har kan om men eller fra så "
    "når sin min skal blev",
    "fi": "ja on ei se että oli hän minä sinä me ovat mutta tai kun niin kuin myös joka olen voi ole",
    "tr": "ve bir bu da de için ile ne çok ama gibi daha o ben sen biz değil var mı en olarak olan",
    "hu": "a az és egy nem is hogy van volt ez meg de vagy mint csak már még én te",
    "ro": "și un o este sunt nu în la de cu pe pentru că din mai sau dar ca care eu tu el ea",
    "id": "yang dan di ini itu dengan untuk dari tidak adalah ke pada saya kamu akan atau juga dalam bisa",
    "vi": "và là của có không một những được cho trong với này đó tôi bạn các người",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}

_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "GREEK": "el",
    "HEBREW": "he",
    "ARABIC": "ar",
    "THAI": "th",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
}

LANGUAGES = frozenset(_WORDS) | frozenset(_SCRIPTS.values()) | {"ru", "uk", "bg", "zh"}
"""Codes (ISO 639-1) that `language_of` may tell."""


def language_of(text: str) -> str | None:
    """The code of the language most of `text` is in; None where it is too short or too mixed to tell."""
    scripts = Counter(_script(char) for char in text[:20_000] if char.isalpha())
    if not scripts:
        return None
    script, count = scripts.most_common(1)[0]
    japanese = scripts["HIRAGANA"] + scripts["KATAKANA"]
    if script == "CJK" or (script in ("HIRAGANA", "KATAKANA")):
        return "ja" if japanese * 10 >= scripts["CJK"] + japanese else "zh"
    if count < 0.6 * sum(scripts.values()):
        return None
    if script == "CYRILLIC":
        return _cyrillic(text.lower())
    if script == "LATIN":
        return _latin(text.lower())
    return _SCRIPTS.get(script)


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ", 1)[0]


def _cyrillic(text: str) -> str:
    if re.search("[іїєґ]", text):
        return "uk"
    return "ru" if re.search("[ыэё]", text) or text.count("ъ") * 100 <= len(text) else "bg"


def _latin(text: str) -> str | None:
    said = Counter(re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.replace("’", "'")))
    scores = {language: sum(said[word] for word in words) for language, words in _WORDS.items()}
    (best, most), (_, second) = sorted(scores.items(), key=lambda pair: -pair[1])[:2]
    enough = most >= 2 and most * 12 >= sum(said.values())
    return best if enough and most > 1.15 * second else None
