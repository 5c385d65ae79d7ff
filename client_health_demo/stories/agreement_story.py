"""What was agreed with the twelve clients: pure data. Days are days ago, see ``kinds.py``.

The versions of a client follow each other; one that was accepted replaces the one before.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One version. Scope and duties are lists of sentences."""

    outcome: str
    process: str
    scope: tuple
    not_scope: tuple = ()
    ours: tuple
    theirs: tuple
    hours: float = 0
    # Who accepts: the number of the contact.
    signatory: int = 1
    proposed: int
    # Not accepted yet: None.
    accepted: int | None = None
    channel: str = "online"
    # Months after the proposal.
    review: int = 12
    # Out of date: since when, who said so, what, and how the talk went (empty: still to come).
    outdated: int | None = None
    changed_by: int | str = 1
    change: str = ""
    talked: str = ""
    # Began on the opportunity of this name.
    deal: str = ""
    name: str = "Working agreement"


ANSWERS = "We answer every message within one working day."
NO_SURPRISES = "No work without an order by mail, and no invoice that nobody expects."
ONE_VOICE = "One person decides, within three working days."
TEXTS = "Texts and pictures reach us a week before they are needed."

BLUE_HARBOUR = Agreement(
    outcome="Guests book rooms on our own pages instead of the portals: one booking in three.",
    process="A call each Tuesday. Work is ordered by mail, shown on the test page, then goes live.",
    scope=("Website and booking of five hotels", "Hosting and updates", "A report each quarter"),
    not_scope=("Photographs", "Advertising"),
    ours=(ANSWERS, NO_SURPRISES),
    theirs=(ONE_VOICE, TEXTS),
    hours=60,
    proposed=752,
    accepted=749,
    review=15,
    outdated=298,
    change="We want a guest app beside the website: keys, breakfast, the front desk.",
    talked="One hour, and clear: app yes, report each month, website with fewer hours.",
)

FERNHILL = Agreement(
    outcome="Patients make four appointments in ten online, at any time of the day.",
    process="A call each Wednesday with Carla; releases on the first Monday of the month.",
    scope=("Patient portal for seven practices", "Reminders by text message", "Hosting"),
    not_scope=("Intranet", "Printed matter"),
    ours=(ANSWERS, "Corrections of our own mistakes are free."),
    theirs=(ONE_VOICE, "Wishes that are new are ordered, not called corrections."),
    hours=70,
    proposed=618,
    accepted=611,
    review=24,
    outdated=9,
    change="Dr. Pym expects the video talks at a discount, and within the hours agreed.",
)

GRANITE_OWL = Agreement(
    outcome="A new shop before the spring season, with the stock of all stores in it.",
    process="A plan with dates for each part; a call each Wednesday.",
    scope=("Design", "Catalogue moved over", "Checkout", "Stock of the stores"),
    not_scope=("Marketing of the launch",),
    ours=(ANSWERS, "We say it at once when a date is in danger."),
    theirs=(ONE_VOICE, "Access to the stock system from the first week on."),
    hours=90,
    proposed=498,
    accepted=490,
    review=18,
    outdated=44,
    changed_by=1,
    change="Two launches missed: nobody believes in the old plan any more.",
    talked="Three hours in Bozeman. They want one list, one date, and a call when it slips.",
)

QUILLFEATHER = Agreement(
    outcome="Files, deadlines and signatures of all matters online, safe and found at once.",
    process="Work is approved step by step; what was approved is not reopened without an order.",
    scope=("Safe room for documents", "Signatures online", "Deadlines of the courts"),
    not_scope=("Changes after approval", "Training of new staff"),
    ours=(ANSWERS, "Data stays in the country."),
    theirs=(ONE_VOICE, "Invoices are paid within thirty days."),
    hours=64,
    proposed=652,
    accepted=640,
    channel="paper",
    review=15,
    outdated=240,
    changed_by="leo",
    change="Approved work is reopened again and again, and nobody wants to pay for it.",
    talked="They will look at a text. No promise.",
)

AGREEMENTS = {
    "blue_harbour": (
        BLUE_HARBOUR,
        replace(
            BLUE_HARBOUR,
            scope=(
                "Website and booking of six hotels",
                "Guest app: room key, breakfast, messages",
                "Hosting and updates",
                "A report each month",
            ),
            not_scope=("Photographs", "Advertising", "Translations of the app"),
            hours=72,
            proposed=291,
            accepted=289,
            review=14,
            outdated=None,
        ),
        Agreement(
            name="Loyalty scheme",
            deal="Loyalty scheme for returning guests",
            outcome="One guest in five comes back within a year.",
            process="A sketch in two weeks, a test in one hotel, then all six.",
            scope=("Rules of the scheme", "Points in the guest app", "Mails to returning guests"),
            not_scope=("Gifts and vouchers themselves",),
            ours=(ANSWERS, "A test in one hotel before we build for six."),
            theirs=(ONE_VOICE, "Data of the stays of the last three years."),
            hours=20,
            proposed=2,
        ),
    ),
    "northlight": (
        Agreement(
            outcome="The house is sold out on weekends, and the audience knows the season early.",
            process="Four newsletters a year and the season pages; a talk once a year.",
            scope=("Newsletter, four times a year", "Season pages", "Hosting"),
            ours=("Each season is online on the day of the press talk.",),
            theirs=("The programme reaches us three weeks before.",),
            hours=44,
            proposed=905,
            accepted=893,
            channel="paper",
            signatory=2,
            review=24,
        ),
    ),
    "fernhill": (FERNHILL,),
    "copperkettle": (
        Agreement(
            outcome="Customers see where their parcel is, and call the desk half as often.",
            process="Two weeks of work, then a demo for Rhea and the desk.",
            scope=("Tracking and map", "App for drivers", "Returns desk", "Reports"),
            not_scope=("Planning of routes", "Phones of the drivers"),
            ours=(ANSWERS, "Somebody can be reached from six in the morning on."),
            theirs=(ONE_VOICE, "Invoices are paid within thirty days."),
            hours=88,
            proposed=680,
            accepted=676,
            review=26,
        ),
    ),
    "marigold": (
        Agreement(
            outcome="Gardeners find their seeds in three clicks; half of the orders come online.",
            process="One list of work with Fay each month. What is not on it is not done.",
            scope=("Seed shop", "Seed finder", "Sowing calendar", "Autumn catalogue"),
            not_scope=("Drawings", "Anything that nobody ordered"),
            ours=(ANSWERS, NO_SURPRISES),
            theirs=(ONE_VOICE, "Stock and prices are kept up to date by Noel."),
            hours=36,
            proposed=468,
            accepted=463,
            review=18,
        ),
    ),
    "kestrel": (
        Agreement(
            outcome="Passengers buy on the phone, and see delays before they leave home.",
            process="A call every other Friday; tests on one line before all lines.",
            scope=("Timetables", "Tickets on the phone", "Season cards", "Cars on board"),
            not_scope=("Freight", "Machines at the piers"),
            ours=(ANSWERS, "Nothing goes live between Friday noon and Monday."),
            theirs=(ONE_VOICE, "Prices a week before they change."),
            hours=48,
            signatory=2,
            proposed=568,
            accepted=560,
            channel="mail",
            review=24,
        ),
    ),
    "larkspur": (
        Agreement(
            outcome="Three thousand subscribers who read, talk and stay.",
            process="Jon works with Theo each day; Ana and Miriam talk once a month.",
            scope=("Reader in the browser", "Subscriptions", "Reading groups", "Audio books"),
            not_scope=("Rights and licences", "Newsletter"),
            ours=(ANSWERS, "We tell two months ahead when somebody of the team leaves."),
            theirs=(ONE_VOICE, TEXTS),
            hours=40,
            proposed=438,
            accepted=436,
            review=16,
        ),
    ),
    "granite_owl": (
        GRANITE_OWL,
        replace(
            GRANITE_OWL,
            outcome="The new shop is live on one date that both of us believe, with the stock.",
            process="One list and one date. A call each day in the last two weeks.",
            scope=("Checkout", "Stock of the stores", "Go-live, with both teams in one room"),
            ours=(ANSWERS, "You hear it from us, by phone, on the day a date is in danger."),
            hours=110,
            proposed=3,
            accepted=None,
            review=6,
            outdated=None,
        ),
    ),
    "quillfeather": (
        QUILLFEATHER,
        replace(
            QUILLFEATHER,
            process="Changes after approval are ordered in writing, with their price, or not done.",
            theirs=(
                "Changes after approval are ordered and paid.",
                "One partner decides.",
                "Invoices are paid within thirty days.",
            ),
            hours=40,
            proposed=139,
            accepted=None,
            channel="online",
            outdated=None,
        ),
    ),
    "sundial": (
        Agreement(
            outcome="Every show has its pages and its tour on the phone on opening day.",
            process="A plan for the year, a call per show.",
            scope=("Pages of the shows", "Tour on the phone", "Archive"),
            ours=("Pages are online a week before the opening.",),
            theirs=(TEXTS,),
            hours=24,
            proposed=1186,
            accepted=1180,
            channel="paper",
            review=36,
        ),
    ),
    "juniper": (
        Agreement(
            deal="Brand and web shop",
            outcome="Six bakeries with one face, and a shop that takes orders until midnight.",
            process="Two directions, one choice, then signs and shop. A call each Monday.",
            scope=("Name, colours and signs", "Web shop", "Opening of the shop"),
            not_scope=("Boxes and paper bags", "Photographs of the cakes"),
            ours=(ANSWERS, "Two directions, so that you can choose."),
            theirs=("Pauline decides.", "Recipes and prices before the shop is filled."),
            hours=30,
            proposed=42,
            accepted=38,
            review=6,
        ),
    ),
    "orchard_lane": (
        Agreement(
            outcome="Four schools teach, mark and write to parents in one place.",
            process="Milestones with an acceptance each; paid by milestone.",
            scope=("Courses", "Homework and marks", "Letters to parents", "Timetables", "Training"),
            not_scope=("Computers", "Yearly care after the end of the project"),
            ours=(ANSWERS, "Each milestone is shown two weeks before its date."),
            theirs=("Addresses of the parents, complete.", ONE_VOICE),
            hours=60,
            proposed=438,
            accepted=433,
            review=18,
        ),
    ),
}
