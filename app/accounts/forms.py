"""What a person types to sign in, to set a password, and about an account."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from app.core.forms import FieldError, Form, Line, Optionally
from app.core.i18n import N_
from app.core.text import InvalidPhoneError, normalize_phone

SHORTEST_PASSWORD = 10
# Argon2 hashes whatever comes; nobody types more than this.
LONGEST_PASSWORD = 200

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _check_login(text: str) -> str:
    login = text.casefold()
    if not _LOGIN.fullmatch(login):
        raise FieldError(
            N_("Tên đăng nhập gồm 2 đến 60 ký tự: chữ không dấu, chữ số, dấu chấm, gạch ngang, gạch dưới hoặc @.")
        )
    return login


def _check_email(text: str | None) -> str | None:
    if text is not None and not _EMAIL.fullmatch(text):
        raise FieldError(N_("Địa chỉ thư điện tử chưa đúng."))
    return text


def _check_phone(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return normalize_phone(text)
    except InvalidPhoneError as error:
        raise FieldError(error.args[0]) from error


def _check_password(text: str) -> str:
    if len(text) < SHORTEST_PASSWORD:
        raise FieldError(N_("Mật khẩu cần ít nhất %(n)s ký tự.", n=SHORTEST_PASSWORD))
    if len(text) > LONGEST_PASSWORD:
        raise FieldError(N_("Mật khẩu dài nhất %(n)s ký tự.", n=LONGEST_PASSWORD))
    return text


Login = Annotated[Line, AfterValidator(_check_login)]
"""A login, in lower case."""

Email = Annotated[Annotated[Line, StringConstraints(max_length=200)] | None, Optionally, AfterValidator(_check_email)]
"""An e-mail address or None."""

Phone = Annotated[Line | None, Optionally, AfterValidator(_check_phone)]
"""A Vietnamese telephone number in E.164, or None."""

NewPassword = Annotated[str, AfterValidator(_check_password)]
"""A password that may be set: long enough; kept exactly as it was typed."""

FullName = Annotated[Line, StringConstraints(min_length=1, max_length=120)]
"""A person's name."""


class SignInForm(Form):
    """Login and password, and where to go then."""

    login: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PASSWORD)]
    next: str = "/"


class PasswordForm(Form):
    """A new password, typed twice."""

    password: NewPassword
    again: Annotated[str, Field(validate_default=True)] = ""

    @field_validator("again")
    @classmethod
    def _same(cls, again: str, info: ValidationInfo) -> str:
        if info.data.get("password", again) != again:
            raise FieldError(N_("Hai lần nhập mật khẩu chưa giống nhau."))
        return again


class ChangePasswordForm(PasswordForm):
    """A new password, and the one in use."""

    current: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PASSWORD)]


class LanguageForm(Form):
    """The language to read in."""

    lang: Literal["vi", "en"]
    next: str = "/"


class UserForm(Form):
    """A new account."""

    full_name: FullName
    login: Login
    email: Email = None
    phone: Phone = None
