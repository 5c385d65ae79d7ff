"""Reads a mail; returns why it asks for no answer: a machine wrote it, or it only says thanks.

Pure Python but for the SELECTs of old messages. A mail that is taken for one that asks costs a
click; one that is wrongly taken for thanks is a client that waits. So a text is thanks only when
all of it is.
"""

import re
from collections.abc import Mapping

from odoo.tools import SQL

AUTOMATIC = "automatic"
BULK = "bulk"
THANKS = "thanks"
SAID = "said"  # by a user

# RFC 3834 and what came before it.
_AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Mail-Autoreply")
_AUTO_PRECEDENCES = ("auto_reply", "auto-reply")
_BULK_PRECEDENCES = ("bulk", "list", "junk")
# What the common mail programs write in front of an automatic reply.
SUBJECTS = re.compile(
    r"""^\s*(?:(?:re|aw|sv|tr|rv|fw|wg)\s*:\s*)*
    (?:automatic\ reply|auto(?:matic)?[\s-]?(?:response|reply)|out\ of\ (?:the\ )?office
    |automatische\ antwort|abwesenheits(?:notiz|meldung|nachricht)|abwesend\b|nicht\ im\ büro
    |réponse\ automatique|absence\ du\ bureau|message\ d.absence
    |respuesta\ automática|fuera\ de\ (?:la\ )?oficina
    |risposta\ automatica|fuori\ ufficio
    |automatisch\ antwoord|afwezigheids(?:bericht|melding)|resposta\ automática
    |undeliverable:|delivery\ status\ notification|mail\ delivery\ failed)""",
    re.IGNORECASE | re.VERBOSE,
)

# Everything after one of these is another mail, or the signature.
_QUOTE = re.compile(
    r"""^(?:>|--\s*$|_{5,}|-{3,}\ ?(?:original|ursprüngliche|forwarded|weitergeleitet|message)
    |(?:on|am|le|el|il|op)\ .{3,120}(?:wrote|schrieb.*|écrit|escribió|scritto|schreef)\s*:?\s*$
    |(?:from|von|de|da|van)\s*:\ .*@
    |(?:sent\ from|von\ meinem|gesendet\ von|envoyé\ de|enviado\ desde|inviato\ da)\ )""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGN_OFF = re.compile(
    r"""^\W*(?:(?:best|kind|warm|many)?\s*regards|best(?:\ wishes)?|cheers|sincerely|yours|br|kr
    |(?:viele|liebe|beste|freundliche|schöne|herzliche)\s+grü(?:ß|ss)e.*
    |mit\ freundlichen\ grü(?:ß|ss)en|(?:gruß|gruss|grüße|lg|vg|mfg|bg)
    |(?:bien\ )?cordialement|bonne\ journée|saludos.*|un\ saludo|cordiali\ saluti|saluti
    |met\ vriendelijke\ groet.*|groeten)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe[rs]?"
    r"|guten (?:tag|morgen)|moin|servus|bonjour|salut|cher|chère|hola|buenos días|ciao|buongiorno"
    r"|dag|beste)\b[^.?]{0,30}$",
    re.IGNORECASE,
)
# To be a thank-you, a clause has one of these; the weak ones agree, and stand in short clauses.
_STRONG = re.compile(
    r"\b(?:thanks?|thank you|thx|much appreciated|appreciate it|danke\w*|dank dir|vielen dank"
    r"|besten dank|merci|gracias|grazie|bedankt|dank (?:je|u)|obrigad[oa]|tack)\b",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"^(?:(?:ok(?:ay)?|great|perfect|super|awesome|excellent|wonderful|brilliant|amazing|lovely|nice"
    r"|fine|good|cool|noted|received|got it|understood|agreed|sounds good|looks good|looks great"
    r"|well done|all good|it works|works|you.re welcome|prima|toll|klasse|passt|perfekt|wunderbar"
    r"|alles klar|erhalten|verstanden|funktioniert|läuft|gern(?:e)?|in ordnung|parfait|génial"
    r"|bien reçu|d.accord|ça marche|perfecto|genial|recibido|vale|de acuerdo|perfetto|ottimo"
    r"|ricevuto|va bene|top|ontvangen|helemaal goed|now|job|work|jetzt|so)\b[\s,!]*)+$",
    re.IGNORECASE,
)
# Whatever has one of these may want something, or is no good news.
_ASKING = re.compile(
    r"""[?¿]|\b(?:please|pls|but|however|though|still|not|no|never|nothing|\w+n['’]t|cannot|could
    |would|should|can|need|want|wish|when|why|how|what|where|who|which|question|problem|issue
    |error|bug|wrong|fail\w*|broken|missing|unfortunately|wait\w*|until|asap|urgent\w*|advance
    |before|instead|cancel\w*|terminat\w*|complain\w*|stop|price|invoice|discount|cheaper
    |aber|jedoch|trotzdem|noch|nicht|kein\w*|nie|bitte|könnt\w*|kannst|können|würde\w*|sollt\w*
    |brauch\w*|möcht\w*|wann|warum|wie|was|wo|wer|frage\w*|fehler|falsch|fehlt\w*|leider|wart\w*
    |bis|dringend\w*|voraus|statt|kündig\w*|preis\w*|rechnung\w*|rabatt
    |mais|pas|encore|besoin|quand|pourquoi|comment|erreur|malheureusement|avance|plaît|pouvez
    |pero|todavía|cuándo|necesit\w*|puede\w*|podría\w*|favor|antemano|ancora|quando|bisogno
    |purtroppo|anticipo|favore|maar|niet|geen|kunt|kun|wanneer|graag|helaas|voorbaat|alvast)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CLAUSE = re.compile(r"[.!;,:\n…–—]+|\s-\s")
_WORD = re.compile(r"\w+")
# The same for old messages, in PostgreSQL: what may be one is looked at, or has no other sign.
_OLD_SUBJECTS = (
    r"^\s*((re|aw|wg|fwd?)\s*:\s*)*(automatic reply|auto(matic)?[ -]?(response|reply)"
    r"|out of (the )?office|automatische antwort|abwesenheits(notiz|meldung|nachricht)"
    r"|réponse automatique|respuesta automática|risposta automatica|automatisch antwoord)"
)
_OLD_UNSUBSCRIBE = (
    r"<a [^>]*href=[^>]*(unsubscribe|abmelden|abbestellen|desabonn|désinscri|desuscri|disiscri)"
)
_OLD_THANKS = r"(thank|thx|dank|merci|gracias|grazie|obrigad|\mok\M|perfe|super|👍)"
MOST_OLD_BODY = 20_000
MOST_LETTERS = 400
MOST_WORDS = 10
MOST_NAMES = 4


def get_mark(headers: Mapping[str, str | None], subject: str = "") -> str | None:
    """Return whether a machine wrote a mail: ``AUTOMATIC`` or ``BULK``, None for a person.

    ``headers``: of the mail, looked up whatever the case. An empty return path is the envelope of
    replies that must not be replied to.
    """
    submitted = _get(headers, "Auto-Submitted")
    precedence = _get(headers, "Precedence")
    is_listed = bool(_get(headers, "List-Unsubscribe")) or precedence in _BULK_PRECEDENCES
    is_automatic = (
        submitted.partition(";")[0].strip() not in ("", "no")
        or precedence in _AUTO_PRECEDENCES
        or any(_get(headers, name) not in ("", "no", "false") for name in _AUTO_HEADERS)
        or (headers.get("Return-Path") or "-").strip() == "<>"
        or bool(SUBJECTS.match(subject or ""))
    )
    # newsletters say that they are sent by a machine as well
    if is_listed and not SUBJECTS.match(subject or "") and "replied" not in submitted:
        return BULK
    return AUTOMATIC if is_automatic else None


def _get(headers, name):
    return str(headers.get(name) or "").strip().lower()


def is_thanks(text: str) -> bool:
    """Return whether a plain text says thanks, or agrees, and nothing else.

    The quoted mail and the signature below it are left out.

    >>> is_thanks("Hi Anna,\\nperfect, thanks a lot!\\n\\nBest regards\\nElena Marsh")
    True
    >>> is_thanks("Thanks, but the checkout is still broken")
    False
    """
    own = _get_own_words(text or "")
    if not own or len(own) > MOST_LETTERS or _ASKING.search(own):
        return False
    clauses = [clause.strip() for clause in _CLAUSE.split(own) if _WORD.search(clause)]
    if not clauses:
        return True  # a smiley
    if _GREETING.match(clauses[0]):
        clauses = clauses[1:]
    kinds = [_is_courtesy(clause) for clause in clauses]
    if any(kinds) and not kinds[-1] and _is_name(clauses[-1]):
        kinds.pop()
    return bool(kinds) and all(kinds)


def _get_own_words(text):
    lines = []
    for line in text.splitlines():
        if _QUOTE.match(line.strip()) or _SIGN_OFF.match(line) and lines:
            break
        if line.strip():
            lines.append(line.strip())
    return "\n".join(lines)


def _is_courtesy(clause):
    words = len(_WORD.findall(clause))
    return words <= MOST_WORDS and bool(_STRONG.search(clause) or _WEAK.match(clause))


def _is_name(clause):
    words = clause.split()
    return len(words) <= MOST_NAMES and all(word[:1].isupper() for word in words)


def select_old_candidates():
    """Return {mark: SELECT of ids} of the messages of the last three years that may get it."""
    return {
        AUTOMATIC: _select_old(SQL("m.subject ~* %s", _OLD_SUBJECTS)),
        BULK: _select_old(SQL("m.body ~* %s", _OLD_UNSUBSCRIBE)),
        THANKS: _select_old(
            SQL("length(m.body) < %s AND m.body ~* %s", MOST_OLD_BODY, _OLD_THANKS)
        ),
    }


def _select_old(condition):
    return SQL(
        """
        SELECT m.id
          FROM mail_message m
     LEFT JOIN res_partner a ON a.id = m.author_id
         WHERE m.client_no_answer IS NULL
           AND m.message_type IN ('email', 'comment')
           AND m.model IS NOT NULL
           AND m.model <> 'discuss.channel'
           AND m.create_date > now() AT TIME ZONE 'UTC' - interval '3 years'
           AND a.partner_share IS NOT FALSE
           AND %s
      ORDER BY m.id
        """,
        condition,
    )
