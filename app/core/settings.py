"""Every setting of the application, read once from CHAMTHI_* variables and passed to create_app."""

from pathlib import Path
from typing import Literal, Self

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_SECRET = "demo-only-secret-never-for-a-real-contest"  # noqa: S105 - refused outside demo mode
# The password of every account of the sample contest; the sign-in page shows it in demo mode only.
DEMO_PASSWORD = "chamthi-demo-2024"  # noqa: S105 - public on purpose
_WEAK_SECRETS = {"", "changethis", "changeme", "secret", "chamthi", DEMO_SECRET}
_SHORTEST_SECRET = 32


class Settings(BaseSettings):
    """One frozen object; nothing in the application reads the environment elsewhere."""

    model_config = SettingsConfigDict(env_prefix="CHAMTHI_", frozen=True, extra="ignore")

    data_dir: Path = Path("var")
    database_url: str = ""
    demo: bool = False
    secret_key: SecretStr = SecretStr(DEMO_SECRET)
    base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: tuple[str, ...] = ()
    session_hours: int = 12
    worker: bool = True

    storage: Literal["local", "s3"] = "local"
    s3_endpoint: str | None = None
    s3_region: str = "us-east-1"
    s3_bucket: str = "chamthi"
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _refuse_weak_secret(self) -> Self:
        secret = self.secret_key.get_secret_value()
        if not self.demo and (secret in _WEAK_SECRETS or len(secret) < _SHORTEST_SECRET):
            raise ValueError(
                f"CHAMTHI_SECRET_KEY must be a random text of at least {_SHORTEST_SECRET} characters "
                "(for example: python -c 'import secrets; print(secrets.token_urlsafe(48))'). "
                "Only CHAMTHI_DEMO=1 runs without it."
            )
        return self

    @property
    def database(self) -> str:
        """The database URL; a SQLite file in the data folder by default."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'chamthi.db'}"

    @property
    def secure_cookies(self) -> bool:
        """Cookies are marked Secure wherever the site is served over TLS."""
        return self.base_url.startswith("https://")
