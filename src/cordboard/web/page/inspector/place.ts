// Where one is in the inspector, as it stands behind the # of the address: it can be kept, sent on and gone back to.

export type Place =
  | { readonly view: "contacts"; readonly subject: string; readonly contact: string }
  | { readonly view: "follow"; readonly subject: string }
  | { readonly view: "odd" };

export function placeOf(hash: string): Place {
  const [view, ...rest] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  if (view === "odd") return { view };
  if (view === "follow") return { view, subject: rest.slice(0, 2).join("/") };
  const [kind = "", id = "", contact = ""] = rest;
  return { view: "contacts", subject: contact === "" ? "" : `${kind}/${id}`, contact };
}

export function hashOf(place: Place): string {
  const parts: readonly string[] =
    place.view === "odd"
      ? ["odd"]
      : place.view === "follow"
        ? ["follow", ...place.subject.split("/").filter((part) => part !== "")]
        : place.contact === ""
          ? ["contacts"]
          : ["contacts", ...place.subject.split("/"), place.contact];
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
