"""A messy firm from a seed: who there is, what happened, and the truth about it. Pure Python.

``make_firm(partners, seed, people)`` returns a ``Firm``: ``rows`` {table: [row]} with days relative
to the installation, and ``truth``. Nothing here knows how the product finds anything.
"""

import random
from collections import defaultdict
from datetime import timedelta

from data_dayone_kinds import FIRST, KINDS, LISTS, NIGHTS, YEAR, Mess, get_count, get_value

BASE = 1_000_000
SYLLABLES = ("al", "ber", "cor", "den", "el", "fin", "gra", "hol", "ing", "jun", "kan", "lor",
             "mar", "nor", "oks", "pel", "qua", "ros", "sol", "tur", "ul", "ver", "wen",
             "zor")  # fmt: skip
FORMS = ("GmbH", "AG", "Ltd", "SA", "BV", "Inc.", "& Co. KG", "e.V.")
TRADES = ("Foods", "Logistics", "Energy", "Clinic", "Tools", "Travel", "Software", "Optics")
FIRST_NAMES = ("Anna", "Ben", "Clara", "David", "Eva", "Felix", "Greta", "Hugo", "Ida", "Jan",
               "Kira", "Leon", "Mona", "Nils", "Olga", "Paul", "Rosa", "Sven", "Tara",
               "Uwe")  # fmt: skip


def make_firm(partners, seed, today, people):
    """``people``: {"users": [partner id], "employees": [(id, cost, name, email)], "branch": id}."""
    firm = Firm(random.Random(f"day one/{partners}/{seed}"), partners, today, people)
    firm.make_clients()
    firm.make_mess()
    firm.make_address_book()
    return firm


class Firm:
    def __init__(self, rng, partners, today, people):
        self.rng, self.partners, self.today = rng, partners, today
        self.people = people
        self.rows = defaultdict(list)
        self.ids = defaultdict(lambda: BASE)
        self.clients = []
        self.truth = {"partners": {}, "lists": {name: defaultdict(set) for name in LISTS},
                      "may": {name: defaultdict(set) for name in LISTS}}  # fmt: skip
        employees = people["employees"]
        self.costed = [one for one in employees if one["cost"]]
        self.uncosted = {one["id"] for one in employees if not one["cost"]}

    def new_id(self, table):
        self.ids[table] += 1
        return self.ids[table]

    def date_of(self, day):
        return self.today + timedelta(days=day)

    # Rows

    def add_partner(self, kind, client=False, parent=None, name=None, company=True, **vals):
        rng, key = self.rng, self.new_id("partner")
        if name is None:
            name = self.make_company_name() if company else self.make_person_name()
        domain = f"{''.join(filter(str.isalnum, name.lower()))}{key - BASE}.example"
        person = bool(parent) and not company
        row = {"id": key, "name": name, "company": company, "parent": parent, "user": None,
               "commercial": parent if person else key, "active": True, "vat": None,
               "email": f"{'person' if person else 'office'}{key - BASE}@{domain}",
               "customer": 0, "supplier": 0, "day": -rng.randint(YEAR, 3 * YEAR),
               **vals}  # fmt: skip
        self.rows["partner"].append(row)
        if not person:
            self.truth["partners"][key] = {"kind": kind, "client": client}
        return row

    def make_company_name(self):
        rng = self.rng
        word = "".join(rng.sample(SYLLABLES, rng.choice((2, 3)))).title()
        return " ".join(
            part for part in (word, rng.choice(("", *TRADES)), rng.choice(FORMS)) if part
        )

    def make_person_name(self):
        return f"{self.rng.choice(FIRST_NAMES)} {''.join(self.rng.sample(SYLLABLES, 2)).title()}"

    def add_project(self, partner, name, starts, manager=None, billable=True):
        row = {"id": self.new_id("project"), "partner": partner, "name": name, "day": starts,
               "manager": manager, "billable": billable}  # fmt: skip
        self.rows["project"].append(row)
        return row["id"]

    def add_hours(self, project, partner, day, hours, employee):
        hours = round(hours * 4) / 4
        if hours:
            self.rows["hours"].append(
                {"n": self.new_id("hours"), "project": project, "partner": partner, "day": day,
                 "hours": hours, "employee": employee["id"], "amount": -hours * employee["cost"]}
            )  # fmt: skip
            if not employee["cost"]:
                old = day < -YEAR
                self.expect("hours_without_cost", "hr.employee", employee["id"], may=old)
                self.expect("hours_without_cost", "project.project", project, may=old)
                if partner:
                    may = old or not self.truth["partners"][partner]["client"]
                    self.expect("hours_without_cost", "res.partner", partner, may=may)
        return hours * employee["cost"]

    def add_move(self, kind, partner, day, amount, late=0, discount=0, branch=False):
        if day > NIGHTS:
            return
        paid = day + 14 + round(late)
        self.rows[kind].append(
            {"n": self.new_id(kind), "partner": partner["id"], "day": day, "due": day + 14,
             "paid": paid if paid <= 0 else None, "amount": round(amount, 2), "discount": discount,
             "branch": branch}
        )  # fmt: skip
        partner["customer" if kind == "invoice" else "supplier"] += 1

    def add_mail(self, day, model, record, author=None, email=None):
        hour = self.rng.uniform(8, 17)
        self.rows["mail"].append(
            {"day": day, "hour": hour, "model": model, "record": record, "author": author,
             "email": email, "incoming": email is not None or author not in self.people["users"]}
        )  # fmt: skip

    def expect(self, name, model, key, may=False):
        self.truth["may" if may else "lists"][name][model].add(key)

    # Clients

    def make_clients(self):
        for kind in KINDS:
            for _number in range(get_count(kind.count, self.partners, 4 if kind.finds else 2)):
                self.clients.append(Client(self, kind))

    # Everybody else

    def make_mess(self):
        for name, count in Mess().__dict__.items():
            self.mess = name
            for number in range(get_count(count, self.partners)):
                getattr(self, f"make_{name}")(number)
        for number in range(4):
            # our own work has no customer, rightly
            project = self.add_project(None, f"Internal {number}", FIRST, billable=False)
            self.expect("projects_without_customer", "project.project", project, may=True)
            self.work_on(project, None, FIRST, 0, 4)
        sister = self.people["branch_partner"]
        self.truth["partners"][sister] = {"kind": "our own company", "client": False}

    def work_on(self, project, partner, first, last, hours):
        for day in range(first, last, 7):
            self.add_hours(project, partner, day + self.rng.randrange(5),
                           hours * self.rng.uniform(0.5, 1.5),
                           self.rng.choice(self.people["employees"]))  # fmt: skip

    def make_one_small_invoice(self, _number):
        partner = self.add_partner(self.mess, company=self.rng.random() < 0.5)
        self.add_move("invoice", partner, -self.rng.randint(10, 360), self.rng.uniform(60, 450))

    def make_lost_leads(self, number):
        partner = self.add_partner(self.mess, company=self.rng.random() < 0.7)
        self.add_lead(partner, "lost" if number % 2 else "open")

    def add_lead(self, partner, state):
        self.rows["lead"].append(
            {"id": self.new_id("lead"), "partner": partner["id"], "state": state,
             "day": -self.rng.randint(130, 330), "name": f"Website for {partner['name']}"}
        )  # fmt: skip

    def make_won_leads(self, _number):
        self.add_lead(self.add_partner(self.mess), "won")

    def make_dead_projects(self, number):
        partner = self.add_partner(self.mess)
        starts = -self.rng.randint(500, 1000)
        project = self.add_project(partner["id"], f"{partner['name']}: {number}", starts)
        if number % 3:
            self.work_on(project, partner["id"], starts, -self.rng.randint(230, 400), 3)
        self.add_move("invoice", partner, starts + 60, 2500)

    def make_old_clients(self, number):
        partner = self.add_partner(self.mess)
        ends = -self.rng.randint(430, 700)
        project = self.add_project(partner["id"], f"{partner['name']}: {number}", FIRST)
        self.work_on(project, partner["id"], FIRST, ends, 5)
        for day in range(FIRST, ends, 30):
            self.add_move("invoice", partner, day, 1900)

    def make_suppliers(self, _number):
        partner = self.add_partner(self.mess)
        for day in range(FIRST + self.rng.randrange(300), 0, self.rng.choice((30, 60, 90))):
            self.add_move("bill", partner, day, self.rng.uniform(50, 900))

    def make_freelancers(self, number):
        partner = self.add_partner(self.mess, company=False)
        for day in range(-self.rng.randint(200, 900), 0, 30):
            self.add_move("bill", partner, day, self.rng.uniform(900, 4000))
        if number % 3 == 0:
            self.add_move("invoice", partner, -self.rng.randint(20, 300), 300)
        if number % 5 == 0:
            self.add_project(partner["id"], f"Work of {partner['name']}", -200)

    def make_authorities(self, number):
        name = ("Finanzamt Nord", "Tax Office", "Krankenkasse Süd", "City Treasury")[number % 4]
        partner = self.add_partner(self.mess, name=name)
        for day in range(FIRST, 0, 30):
            self.add_move("bill", partner, day, self.rng.uniform(500, 9000))
        if number % 2:
            self.add_move("invoice", partner, -100, 120)

    def make_staff_with_invoices(self, number):
        employee = self.people["employees"][number % len(self.people["employees"])]
        if number % 2:
            # a private address, made by somebody who did not look
            partner = self.add_partner(self.mess, company=False, name=employee["name"])
        else:
            partner = {"id": employee["contact"], "customer": 0, "supplier": 0}
            self.truth["partners"][employee["contact"]] = {"kind": self.mess, "client": False}
        for ago in (40, 200):
            self.add_move("invoice", partner, -ago, 700)

    def make_duplicates(self, number):
        """The same firm once more: by its tax number, its address or its name."""
        first = self.clients[(number * 7) % len(self.clients)].partner
        same = ("vat", "email", "name")[number % 3]
        if same == "vat":
            first["vat"] = f"DE{100000000 + first['id']}"
        partner = self.add_partner(self.mess, **{same: first[same]})
        for ago in (60, 150, 260):
            self.add_move("invoice", partner, -ago - number, 800)

    def make_subsidiaries(self, number):
        parent = self.clients[(number * 11 + 3) % len(self.clients)].partner
        partner = self.add_partner(self.mess, parent=parent["id"])
        for ago in (45, 160):
            self.add_move("invoice", partner, -ago - number, 1200)

    def make_projects_without_customer(self, number):
        starts = -self.rng.randint(120, 800)
        project = self.add_project(None, f"Campaign {number}", starts)
        self.work_on(project, None, starts, 0, 3)
        self.expect("projects_without_customer", "project.project", project)

    def make_strangers(self, number):
        """They write about a project, of a client or of nobody, and are no contact."""
        project = self.rng.choice(self.rows["project"])["id"]
        email = f"stranger{number}@{self.make_person_name().replace(' ', '').lower()}.example"
        for _mail in range(self.rng.randint(2, 9)):
            self.add_mail(-self.rng.randint(2, 150), "project.project", project, email=email)
        self.expect("unknown_senders", "email", email)

    def make_address_book(self):
        """The rest of what a firm has gathered: nobody of them is a client."""
        while self.ids["partner"] - BASE < self.partners - 50:
            partner = self.add_partner("address book")
            for _person in range(self.rng.randrange(4)):
                self.add_partner("person", company=False, parent=partner["id"])


class Client:
    """One client of a kind: its records, and what must be found of it."""

    def __init__(self, firm, kind):
        self.firm, self.kind, self.rng = firm, kind, firm.rng
        self.size = self.rng.uniform(0.7, 1.4)
        self.ends = NIGHTS if kind.ends is None else kind.ends - self.rng.randrange(100)
        self.starts = kind.starts if kind.starts != FIRST else FIRST + self.rng.randrange(500)
        self.add_records()
        self.tell_truth()
        self.live()

    def add_records(self):
        firm, rng, kind = self.firm, self.rng, self.kind
        users = firm.people["users"]
        draw = rng.random()
        manager = rng.choice(firm.people["user_ids"]) if draw < 0.75 and kind.project else None
        self.partner = firm.add_partner(
            kind.name, client=kind.ends is None, active=not kind.archived, day=self.starts - 5,
            user=rng.choice(firm.people["user_ids"]) if draw < 0.55 else None,
        )  # fmt: skip
        key = self.partner["id"]
        if not self.partner["user"] and not manager:
            firm.expect("without_salesperson", "res.partner", key)
        self.contacts = [
            firm.add_partner("person", company=False, parent=key)["id"]
            for _person in range(rng.randint(1, 4))
        ]
        self.author = rng.choice(users)
        self.projects = [
            firm.add_project(key, f"{self.partner['name']}: {word}", self.starts, manager)
            for word in ("Website", "Support")[: rng.choice((1, 1, 2))]
            if kind.project
        ]
        everybody = firm.costed if kind.costed else firm.people["employees"]
        self.team = rng.sample(everybody, min(3, len(everybody)))
        if rng.random() < 0.75:
            self.team = [one for one in self.team if one["cost"]] or rng.sample(firm.costed, 2)

    def tell_truth(self):
        for name in self.kind.finds:
            self.firm.expect(name, "res.partner", self.partner["id"])
        for name in self.kind.may:
            self.firm.expect(name, "res.partner", self.partner["id"], may=True)

    def live(self):
        worked, months = 0.0, 0
        for day in range(self.starts, self.ends):
            weekday = self.firm.date_of(day).weekday()
            if weekday == 4:
                worked += self.work(day)
            if weekday < 5:
                self.write(day)
            if self.firm.date_of(day + 1).day == 1:
                months += 1
                self.bill(day, worked, months)
                worked = 0.0
        if self.kind.sells:
            for day in range(self.starts, self.ends, 20):
                self.firm.add_move("bill", self.partner, day, self.rng.uniform(200, 900))

    def at(self, name, day):
        return get_value(getattr(self.kind, name), day)

    def work(self, day):
        if not self.projects:
            return 0.0
        kind = self.kind
        week = self.at("hours", day) * self.size * self.rng.uniform(0.8, 1.2)
        if kind.billing == "jobs" and (day // 30) % 4:
            return 0.0
        if kind.billing == "jobs":
            week *= 4
        parts = self.rng.randint(2, 4)
        for _part in range(parts):
            self.firm.add_hours(self.rng.choice(self.projects), self.partner["id"],
                                day - self.rng.randrange(4), week / parts,
                                self.rng.choice(self.team))  # fmt: skip
        return week

    def write(self, day):
        rng, firm = self.rng, self.firm
        if rng.random() < self.at("mails", day) / 5:
            place = ("res.partner", self.partner["id"])
            if self.projects and rng.random() < 0.8:
                place = ("project.task" if rng.random() < 0.7 else "project.project",
                         rng.choice(self.projects))  # fmt: skip
            firm.add_mail(day, *place, author=rng.choice(self.contacts))
            if rng.random() < 0.95:
                later = day + rng.choice((0, 1, 1, 2))
                if later < NIGHTS:
                    firm.add_mail(later, *place, author=self.author)
        if self.projects and rng.random() < 0.12:
            firm.add_mail(day, "project.task", self.projects[0], author=self.author)

    def bill(self, day, worked, months):
        kind, rng = self.kind, self.rng
        price = self.at("price", day)
        retainer = kind.usual * self.size * 4.33 * price
        self.saved = getattr(self, "saved", 0.0) + worked * price
        amount = {
            "hourly": worked * price,
            "retainer": retainer,
            "milestones": self.saved if months % 3 == 0 else 0,
            "jobs": self.saved if months % 4 == 0 else 0,
        }[kind.billing]
        if amount < 1:
            return
        self.saved = 0.0
        discount = rng.choice((10, 15, 20)) if rng.random() < self.at("discount", day) else 0
        self.firm.add_move(
            "invoice", self.partner, day, amount * (1 - discount / 100),
            late=max(-10, rng.gauss(self.at("pays", day), 4)), discount=discount,
            branch=kind.branch,
        )  # fmt: skip


def as_plain(truth):
    """Return the truth as JSON can hold it."""
    return {
        "partners": truth["partners"],
        **{
            part: {
                name: {model: sorted(keys) for model, keys in models.items()}
                for name, models in truth[part].items()
            }
            for part in ("lists", "may")
        },
    }
