"""Commands that prove what was learned: the portfolio, and the credential with the keys that sign it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.cli.common import errors_in_words, os_user, with_course, with_course_settings
from kit.errors import KitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.course import Course
    from kit.portfolio import Portfolio

_KINDS = ("html", "pdf", "json")
_keys = click.option(
    "--keys", "folder", envvar="KIT_KEYS", type=click.Path(path_type=Path, file_okay=False), default=None,
    help="The folder of keys. Default: mastery-kit/keys in your configuration folder.",
)  # fmt: skip
_reasons = click.option("--reasons", is_flag=True, help="Also why an instructor decided by hand: it may be private.")


@click.command("portfolio")
@click.argument("learner", required=False)
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="Default: gradebook/portfolios, or here."
)
@click.option("--only", "kinds", multiple=True, type=click.Choice(_KINDS), help="Only this kind (may be repeated).")
@click.option("--short", is_flag=True, help="Without the notebooks.")
@click.option("--credential", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="To go with it.")
@click.option("--publish", is_flag=True, help="Also let LEARNER have it; without LEARNER: everybody theirs.")
@_reasons
@click.option(
    "--as",
    "account",
    envvar="KIT_LEARNER",
    default=os_user,
    show_default="your account",
    help="Your account in the course, where you leave LEARNER out.",
)
@click.pass_context
def portfolio_(ctx: click.Context, learner: str | None, account: str, **options: Any) -> None:
    """What LEARNER can show others: every unit with its evidence and the road that led there, as HTML, PDF and JSON.

    Learners leave LEARNER out: they get their own, as it was last published.
    """
    if learner is None and not options["publish"]:
        ctx.invoke(_own, account=account, into=options["into"], kinds=options["kinds"], short=options["short"])
        return
    ctx.invoke(_of_learner, learner=learner, **options)


@with_course_settings
def _own(course: Course, account: str, into: Path | None, kinds: tuple[str, ...], short: bool) -> None:
    """The learner's side: reads the exchange and course.toml only."""
    from kit.portfolio import published

    found, credential = published(course, account)
    _write(_shortened(found, short), credential, into or Path(), kinds, f"portfolio-{course.id}")


@with_course
def _of_learner(
    course: Course, learner: str | None, into: Path | None, kinds: tuple[str, ...], short: bool,
    credential: Path | None, publish: bool, reasons: bool,
) -> None:  # fmt: skip
    from kit.portfolio import portfolio
    from kit.portfolio import publish as hand_over

    if learner is None:
        if credential is not None:
            raise click.UsageError("A credential is one learner's: name LEARNER.")
        _publish_all(course, reasons)
        return
    found = portfolio(course, learner, reasons=reasons)
    signed = _credential_in(credential, learner) if credential else None
    where = into or _private(course.gradebook_dir / "portfolios")
    _write(_shortened(found, short), signed, where, kinds, learner)
    if publish:
        hand_over(course, found, signed)
        click.echo(f"{learner} gets it with `kit portfolio`.")


def _publish_all(course: Course, reasons: bool) -> None:
    from kit.decisions.words import counted
    from kit.portfolio import portfolio
    from kit.portfolio import publish as hand_over
    from kit.portfolio.opening import enrolled

    learners = enrolled(course)
    for name in learners:
        hand_over(course, portfolio(course, name, reasons=reasons))
    click.echo(f"{counted(len(learners), 'portfolio')} published. Learners get theirs with `kit portfolio`.")


def _shortened(found: Portfolio, short: bool) -> Portfolio:
    return replace(found, units=tuple(replace(unit, notebook=None) for unit in found.units)) if short else found


def _write(
    found: Portfolio, credential: Mapping[str, Any] | None, where: Path, kinds: tuple[str, ...], name: str
) -> None:
    """Each kind that was asked for; where none was, a PDF that cannot be made is left out with a word about it."""
    from kit.files import write_bytes
    from kit.portfolio import render_html, render_json, render_pdf

    for kind in kinds or _KINDS:
        try:
            content = (
                render_pdf(found, credential) if kind == "pdf"
                else (render_html if kind == "html" else render_json)(found, credential).encode("utf-8", "replace")
            )  # fmt: skip
        except KitError as error:
            if kinds:
                raise
            click.secho(str(error), fg="yellow", err=True)
            continue
        write_bytes(where / f"{name}.{kind}", content)
        click.echo(str(where / f"{name}.{kind}"))


def _credential_in(path: Path, learner: str) -> Mapping[str, Any]:
    """The credential in *path*, if it is genuine and was issued to *learner*."""
    from kit.credential import verify

    return verify(path.read_bytes(), datetime.now(UTC), account=learner, any_layout=True).document


def _private(folder: Path) -> Path:
    """*folder*, which other accounts may not enter."""
    from kit.files import storing

    with storing(folder.name):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@click.group("keys")
def keys_() -> None:
    """The keys that sign credentials: made here, kept outside every course."""


@keys_.command("new")
@click.option("--name", default="issuer", show_default=True, help="What the key is called here.")
@click.option("--issuer", required=True, metavar="WORDS", help="Who issues with it, as others know them.")
@click.option("--url", default="", help="The issuer's page.")
@click.option("--passphrase", is_flag=True, help="Ask for a passphrase that the key is encrypted with.")
@_keys
def keys_new(name: str, issuer: str, url: str, passphrase: bool, folder: Path | None) -> None:
    """Make a key to sign credentials with."""
    from kit.credential import keys_folder, new_key

    with errors_in_words():
        where = folder or keys_folder()
        secret = _asked("Passphrase", confirm=True) if passphrase else ""
        made = new_key(where, name, issuer, url=url, passphrase=secret)
        click.echo(f"The key {name} is in {where}, readable by you alone. Keep a copy in a safe place: without it")
        click.echo("nothing more can be issued in its name. Publish this where people who check would look:")
        click.echo(f"\n    {made.did}    {made.name}\n")


@keys_.command("list")
@_keys
def keys_list(folder: Path | None) -> None:
    """Which keys there are, and the did:key that belongs to each."""
    from kit.credential import issuers, keys_folder

    where = folder or keys_folder()
    found = issuers(where)
    for name, issuer in found.items():
        click.echo(f"{name}    {issuer.did}    {issuer.name}")
    if not found:
        click.echo(f"There is no key in {where}. `kit keys new --issuer WORDS` makes one.")


@click.command("credential")
@click.argument("learner")
@click.option("--key", "name", help="Which key signs. Default: the only one there is.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Default: gradebook/credentials")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="When it ends. Default: never.")
@click.option("--account", is_flag=True, help="Publish the account's name too, not only its salted hash.")
@_reasons
@_keys
@with_course
def credential_(
    course: Course, learner: str, name: str | None, into: Path | None, until: datetime | None, account: bool,
    reasons: bool, folder: Path | None,
) -> None:  # fmt: skip
    """Issue the credential of LEARNER, who has mastered every unit: an Open Badges 3.0 file and a badge, signed."""
    from kit.credential import award, bake, keys_folder, load_key, write
    from kit.credential.keys import is_encrypted
    from kit.files import write_text

    where = folder or keys_folder()
    name = name or _the_one(where)
    secret = _asked(f"Passphrase of the key {name}") if is_encrypted(where, name) else ""
    end = until.replace(tzinfo=UTC) if until else None
    document = award(
        course, learner, load_key(where, name, secret), until=end, account=account, reasons=reasons
    )  # fmt: skip
    target = into or _private(course.gradebook_dir / "credentials")
    for suffix, text in (("json", write(document)), ("svg", bake(document))):
        write_text(target / f"{learner}.{suffix}", text)
        click.echo(str(target / f"{learner}.{suffix}"))
    click.echo(f"Signed by {document['issuer']['name']}, {document['issuer']['id']}")
    click.echo(document["credentialSubject"]["narrative"])


def _the_one(folder: Path) -> str:
    from kit.credential import issuers

    found = list(issuers(folder))
    if len(found) == 1:
        return found[0]
    if found:
        raise KitError(f"There are several keys ({', '.join(found)}): say which one signs with --key NAME.")
    raise KitError(f"There is no key in {folder}. `kit keys new --issuer WORDS` makes one.")


def _asked(what: str, *, confirm: bool = False) -> str:
    """A passphrase, from $KIT_KEY_PASSPHRASE or the terminal; never from the command line, which others can see."""
    import os

    given = os.environ.get("KIT_KEY_PASSPHRASE")
    secret: str = given if given else click.prompt(what, hide_input=True, confirmation_prompt=confirm, err=True)
    return secret


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--issuer", metavar="DID", help="The did:key that must have signed it.")
@click.option("--account", metavar="NAME", help="The account it must have been issued to.")
@click.option("--any-layout", is_flag=True, help="Accept the same values written in another way.")
def verify_(file: Path, issuer: str | None, account: str | None, any_layout: bool) -> None:
    """Check a credential, offline: a JSON file, a badge (SVG), or the JSON of a portfolio that holds one."""
    from kit.credential import NotValid, verify
    from kit.reports.words import plain

    try:
        with errors_in_words():
            try:
                found = verify(
                    file.read_bytes(), datetime.now(UTC), issuer=issuer, account=account, any_layout=any_layout
                )  # fmt: skip
            except OSError as error:
                raise KitError(f"{file} cannot be read: {error.strerror}.") from None
    except click.ClickException as error:
        if isinstance(error.__context__, NotValid):
            click.echo("✗ not valid")
        raise
    end = f" until {found.valid_until:%Y-%m-%d}" if found.valid_until else ""
    rows = {
        "what": found.name, "to": found.holder or "nobody named openly", "by": found.issuer_name,
        "key": found.issuer, "valid": f"from {found.valid_from:%Y-%m-%d}{end}", "decided": found.by_hand,
    }  # fmt: skip
    click.echo("✓ valid: the signature fits, and nothing was changed since it was issued.")
    for word, said in rows.items():
        click.echo(f"  {word:<8}{plain(said)}")
    for note in found.notes:
        click.echo(f"Note: {note}")
    sys.stdout.flush()
