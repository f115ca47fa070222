"""Writing what an outcome is tied to: its people, its credits and its files, touching only what changed."""

from collections.abc import Iterable

from evidence.models import Evidence
from organization.models import Person
from outcomes.models.facts import OutcomeFacts
from pairings.models import Pairing


class TiesMixin(OutcomeFacts):
    """What verbs of an outcome write beside its own row."""

    class Meta:
        abstract = True

    def _set_people(self, people: Iterable[Person]) -> None:
        """Write who achieved it, in order, touching only what changed; who was merged is who stands for them."""
        named = list(people)
        stands = Person.objects.hold(named)
        once = dict.fromkeys(stands[person.pk].pk for person in named)
        wanted = {pk: place for place, pk in enumerate(once, start=1)}
        for contribution in self.contributions.all():
            place = wanted.pop(contribution.person_id, None)
            if place is None:
                contribution.delete()
            elif contribution.position != place:
                contribution.position = place
                contribution.save(update_fields=["position"])
        for person_id, place in wanted.items():
            self.contributions.create(person_id=person_id, position=place)

    def _set_credits(self, pairings: Iterable[Pairing]) -> None:
        """Write which pairings share the credit, touching only what changed."""
        wanted = {pairing.pk: pairing for pairing in pairings}
        for credit in self.credits.all():
            if wanted.pop(credit.pairing_id, None) is None:
                credit.delete()
        for pairing in wanted.values():
            credit = self.credits.model(outcome=self, pairing=pairing)
            credit.full_clean()
            credit.save()

    def _attach(self, evidence: Iterable[Evidence]) -> None:
        """Hold more files as proof; one it already holds is not held twice."""
        held = set(self.proofs.values_list("evidence_id", flat=True))
        for one in evidence:
            if one.pk not in held:
                self.proofs.create(evidence=one)
