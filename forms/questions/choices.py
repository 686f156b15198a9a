"""Answers that are chosen: one of a few, several, yes or no, people, records, a confirmation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from wtforms import SelectMultipleField
from wtforms.validators import ValidationError

from forms.marked import Section
from forms.questions.question import Around, Choice, NotReadable, Question, Raw, clean

_MOST = 500


@dataclass(frozen=True, kw_only=True)
class Radios(Question):
    """One of a few answers, all of them in sight."""

    type: ClassVar[str] = "radios"
    says: ClassVar[Mapping[str, str]] = {
        **Question.says,
        "required": "Choose an answer to “{label}”",
        "invalid": "Choose one of the answers offered for “{label}”",
        "disabled": "“{given}” cannot be chosen for “{label}”. {hint}",
        "nothing": "There is nothing to choose from yet.",
    }
    #: The provider asked when the file names neither options nor a provider.
    usual_choices: ClassVar[str] = ""
    #: More than one answer may be given.
    several: ClassVar[bool] = False

    @classmethod
    def keys(cls, section: Section) -> dict[str, Any]:
        """Read the options, or the name of the provider that offers them."""
        options = tuple(_options(section))
        choices = section.text("choices")
        if options and choices:
            section.tell("Expected options or choices, but there are both. Keep one.", "choices")
        if not options and not choices and not cls.usual_choices:
            section.tell("Expected options to choose from, but there are none. Add options.")
        return {"options": options, "choices": choices or ("" if options else cls.usual_choices)}

    def offered(self, choices: Mapping[str, Sequence[Choice]]) -> Sequence[Choice]:
        """Give what can be chosen; LookupError when the provider's list was not handed over."""
        if not self.choices:
            return self.options
        if self.choices not in choices:
            raise LookupError(
                f"Expected the list “{self.choices}” for the question {self.id}, but got "
                f"{sorted(choices)}. Hand it over as choices."
            )
        return choices[self.choices]

    def texts(self, raw: Raw) -> list[str]:
        """Give the values chosen; yes and no of YAML are read as the options yes and no."""
        chosen = raw if isinstance(raw, list | tuple) else [raw]
        if len(chosen) > _MOST:
            raise NotReadable
        texts = [_value(one) for one in chosen]
        texts = list(dict.fromkeys(text for text in texts if text))
        if len(texts) > 1 and not self.several:
            raise NotReadable
        return texts

    def from_post(self, name: str, post: Mapping[str, Sequence[str]]) -> Raw:
        """Take what was ticked; nothing ticked is an answer too, so never None."""
        sent = list(post.get(name, ()))
        return sent if self.several else (sent[0] if sent else "")

    def checker(self, around: Around) -> Any:
        """Give a field that knows what is offered and what may not be chosen."""
        offered = {choice.value: choice for choice in self.offered(around.choices)}

        def may_be_chosen(form: object, field: SelectMultipleField) -> None:
            for given in field.data or []:
                if given not in offered:
                    raise ValidationError(self.say("invalid"))
                choice = offered[given]
                if choice.disabled:
                    said = self.say("disabled", given=choice.label, hint=choice.hint)
                    raise ValidationError(said.strip())

        return SelectMultipleField(validators=self.validators(may_be_chosen), validate_choice=False)

    def value(self, data: Any) -> Any:
        """Give the value chosen, or the list of them."""
        return list(data) if self.several else data[0]

    def shown(self, raw: Raw, choices: Mapping[str, Sequence[Choice]]) -> str:
        """Give the labels of what was chosen, one a line."""
        offered = self.options or choices.get(self.choices, ())
        labels = {choice.value: choice.label for choice in offered}
        return "\n".join(labels.get(text, text) for text in self.given(raw))


@dataclass(frozen=True, kw_only=True)
class Select(Radios):
    """One of many answers, in a list that opens."""

    type: ClassVar[str] = "select"


@dataclass(frozen=True, kw_only=True)
class Checkboxes(Radios):
    """Any number of a few answers."""

    type: ClassVar[str] = "checkboxes"
    several: ClassVar[bool] = True
    says: ClassVar[Mapping[str, str]] = {
        **Radios.says,
        "required": "Choose at least one answer to “{label}”",
    }


@dataclass(frozen=True, kw_only=True)
class YesNo(Radios):
    """Yes or no."""

    type: ClassVar[str] = "yes_no"

    options: tuple[Choice, ...] = (Choice("yes", "Yes"), Choice("no", "No"))

    @classmethod
    def keys(cls, section: Section) -> dict[str, Any]:
        """Read nothing: the answers are always yes and no."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Person(Select):
    """One person who works here, by user name."""

    type: ClassVar[str] = "person"
    usual_choices: ClassVar[str] = "staff"
    says: ClassVar[Mapping[str, str]] = {
        **Select.says,
        "required": "Choose a person for “{label}”",
        "invalid": "Choose a person from the list for “{label}”",
    }


@dataclass(frozen=True, kw_only=True)
class People(Checkboxes):
    """Several people who work here, by user name."""

    type: ClassVar[str] = "people"
    usual_choices: ClassVar[str] = "staff"
    says: ClassVar[Mapping[str, str]] = {
        **Checkboxes.says,
        "required": "Choose at least one person for “{label}”",
        "invalid": "Choose people from the list for “{label}”",
    }


@dataclass(frozen=True, kw_only=True)
class EvidenceItems(Checkboxes):
    """Records of the case a decision rests on, by number."""

    type: ClassVar[str] = "evidence"
    usual_choices: ClassVar[str] = "evidence_citable"
    says: ClassVar[Mapping[str, str]] = {
        **Checkboxes.says,
        "required": "Choose at least one record for “{label}”",
        "nothing": "There is nothing to choose from yet. Add evidence on the case page first.",
        "invalid": "Choose records from the list for “{label}”",
    }

    def texts(self, raw: Raw) -> list[str]:
        """Give the numbers of the records chosen."""
        texts = super().texts(raw)
        if any(not (text.isascii() and text.isdigit()) or len(text) > 12 for text in texts):  # noqa: PLR2004  (longer than any id)
            raise NotReadable
        return texts

    def value(self, data: Any) -> Any:
        """Give the numbers of the records."""
        return [int(one) for one in data]


@dataclass(frozen=True, kw_only=True)
class Confirm(Radios):
    """One box that must be ticked."""

    type: ClassVar[str] = "confirm"
    several: ClassVar[bool] = False
    says: ClassVar[Mapping[str, str]] = {
        **Radios.says,
        "required": "Tick the box to confirm: {label}",
        "invalid": "Tick the box to confirm: {label}",
    }

    options: tuple[Choice, ...] = (Choice("yes", "Confirmed"),)

    @classmethod
    def keys(cls, section: Section) -> dict[str, Any]:
        """Read nothing: there is one box."""
        return {}

    def texts(self, raw: Raw) -> list[str]:
        """Give yes when the box is ticked; a box left open is no answer."""
        return [text for text in super().texts(raw) if text != "no"]


def _options(section: Section) -> Iterator[Choice]:
    seen: set[str] = set()
    for one in section.sections("options", "this option"):
        value = one.text("value", required=True)
        if value in seen:
            one.tell(f"Expected each option once, but “{value}” stands twice.", "value")
        seen.add(value)
        yield Choice(value, one.text("label", required=True), one.text("hint"))
        one.finish()


def _value(raw: Raw) -> str:
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return clean(raw)
