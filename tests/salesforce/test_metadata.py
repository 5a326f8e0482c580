"""What an org would be given fits together: there was none at hand to say so itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

FORCE = Path(__file__).parents[2] / "salesforce" / "force-app" / "main" / "default"
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
SOURCES = {".cls", ".cmp", ".evt", ".js"}


def tree(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314 - our own file


def texts(path: Path, tag: str) -> list[str]:
    return [item.text or "" for item in tree(path).iter(NAMESPACE + tag)]


def values(record: Path) -> dict[str, str]:
    found = {}
    for item in tree(record).iter(NAMESPACE + "values"):
        field, value = item.find(NAMESPACE + "field"), item.find(NAMESPACE + "value")
        assert field is not None
        assert value is not None
        found[field.text or ""] = value.text or ""
    return found


def records(kind: str) -> dict[str, dict[str, str]]:
    found = (FORCE / "customMetadata").glob(f"{kind}.*.md-meta.xml")
    return {path.name.split(".")[1]: values(path) for path in found}


META = sorted(FORCE.rglob("*-meta.xml"))


@pytest.mark.parametrize("path", META, ids=lambda path: path.name)
def test_every_file_of_metadata_is_of_the_platforms_namespace(path: Path) -> None:
    assert tree(path).tag.startswith(NAMESPACE)


def test_every_source_has_its_metadata() -> None:
    described = {path.name.removesuffix("-meta.xml") for path in META}
    for path in FORCE.rglob("*"):
        if (
            path.suffix in SOURCES
            and "__tests__" not in path.parts
            and not path.stem.endswith(("Controller", "Helper"))
        ):
            assert path.name in described, path
    assert {"FiveNineController.cls", "FiveNineControllerTest.cls"} <= described


def test_one_api_version() -> None:
    project = json.loads((FORCE.parents[2] / "sfdx-project.json").read_text())
    versions = {text for path in META for text in texts(path, "apiVersion")}
    assert versions == {project["sourceApiVersion"]}


@pytest.mark.parametrize("kind", ["FiveNineTypeCode", "FiveNineService"])
def test_records_have_the_fields_of_their_type(kind: str) -> None:
    fields = FORCE / "objects" / f"{kind}__mdt" / "fields"
    required = {
        name
        for path in fields.glob("*.field-meta.xml")
        for name in texts(path, "fullName")
        if texts(path, "required") == ["true"]
    }
    lengths = {
        texts(path, "fullName")[0]: int(texts(path, "length")[0]) for path in fields.glob("*.field-meta.xml")
    }
    assert lengths.keys() == {path.name.split(".")[0] for path in fields.iterdir()}
    assert records(kind)
    for record in records(kind).values():
        assert required <= record.keys() <= lengths.keys()
        assert all(len(value) <= lengths[name] for name, value in record.items())


def test_the_codes_are_the_four_that_consumers_know() -> None:
    codes = [record["Code__c"] for record in records("FiveNineTypeCode").values()]
    assert sorted(codes) == ["1202", "3", "4", "5"]


def test_one_host_is_trusted_by_both_schemes() -> None:
    (service,) = records("FiveNineService").values()
    host = urlsplit(service["BaseUrl__c"])
    assert host.scheme == "https"
    sites = (FORCE / "cspTrustedSites").iterdir()
    trusted = {texts(path, "endpointUrl")[0]: texts(path, "isApplicableToConnectSrc") for path in sites}
    assert trusted == {f"https://{host.netloc}": ["true"], f"wss://{host.netloc}": ["true"]}
    allowed = [
        url for path in (FORCE / "corsWhitelistOrigins").iterdir() for url in texts(path, "urlPattern")
    ]
    assert allowed == [service["BaseUrl__c"]]


def test_the_permission_set_opens_what_there_is() -> None:
    (path,) = (FORCE / "permissionsets").iterdir()
    assert texts(path, "apexClass") == ["FiveNineController"]
    assert set(texts(path, "name")) == {item.name for item in (FORCE / "objects").iterdir()}


def test_the_class_reads_fields_that_there_are() -> None:
    apex = (FORCE / "classes/FiveNineController.cls").read_text()
    there = {path.name.split(".")[0] for path in (FORCE / "objects").rglob("*.field-meta.xml")}
    assert set(re.findall(r"\w+__c\b", apex)) <= there
    named = set(re.findall(r"\w+__mdt\b", apex))
    assert named == {item.name for item in (FORCE / "objects").iterdir()}
    assert "Cordboard" in records("FiveNineService")


def test_the_pages_get_every_name_that_they_use() -> None:
    apex = (FORCE / "classes/FiveNineController.cls").read_text()
    given = set(re.findall(r"@AuraEnabled\s+public \S+ (\w+) \{", apex))
    module = (FORCE / "lwc/fiveNineSubscription/fiveNineSubscription.js").read_text()
    used = set(re.findall(r"configuration\.(\w+)", module))
    assert used <= given
    assert given - used == {"isFive9User"}
