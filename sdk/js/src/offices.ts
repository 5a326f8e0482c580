// Who among the tabs of a shared connection does what only one may do, or what has to be asked first. To the hub all
// tabs are one page; here that page's claims and guards are handed on to a tab. Pure, like `Feeds`.

import type { ClaimedFrame, ClientFrame, PeersFrame, ServerFrame } from "./frames.js";
import type { Command, Service } from "./model.js";

type Claim = Extract<ClientFrame, { type: "claim" }>;
type Guard = Extract<ClientFrame, { type: "guard" }>;

interface Office {
  readonly subject: string;
  readonly name: string;
  /** Who has it by the hub's word; empty for nobody. */
  page: string;
  /** The tab that has it, if that page is ours. */
  holder: string | undefined;
  /** Tabs for which the hub was asked. */
  wanted: string[];
}

export class Offices {
  private readonly offices = new Map<string, Office>();
  private readonly guards = new Map<string, Set<string>>();
  private readonly peers = new Map<string, PeersFrame>();

  constructor(
    private readonly up: (frame: ClientFrame) => void,
    private readonly down: (tab: string, frame: ServerFrame) => void,
    /** The tabs that have the subject. */
    private readonly tabs: (subject: string) => readonly string[],
  ) {}

  /** Another connection: nothing is claimed or guarded on it. */
  reset(): void {
    for (const table of [this.offices, this.guards, this.peers]) table.clear();
  }

  claim(tab: string, frame: Claim): void {
    const office = this.office(frame.subject, frame.name);
    if (frame.give === true) {
      if (office.holder === tab) this.giveUp(office);
      office.wanted = office.wanted.filter((item) => item !== tab);
    } else if (office.holder === undefined) {
      office.wanted = frame.take === true ? [tab, ...office.wanted] : [...office.wanted, tab];
      this.up(frame);
    } else if (frame.take === true && office.holder !== tab) {
      office.holder = tab;
      this.tell(office);
    } else {
      this.down(tab, this.told(office, tab));
    }
  }

  claimed(frame: ClaimedFrame): void {
    const office = this.office(frame.subject, frame.name);
    office.page = frame.page;
    if (frame.mine) {
      office.holder ??= office.wanted[0];
      office.wanted = [];
      if (office.holder === undefined) return this.giveUp(office); // the tab for which it was is gone
    } else {
      office.holder = undefined;
      if (frame.page !== "") office.wanted = [];
    }
    this.tell(office);
  }

  /** The tab that does this desk command, if one of ours does. */
  desk(command: Command): string | undefined {
    return this.offices.get(key(command.subject, command.service.service))?.holder;
  }

  guard(tab: string, frame: Guard): void {
    const name = key(frame.subject, frame.service);
    const tabs = this.guards.get(name) ?? new Set();
    const before = tabs.size > 0;
    if (frame.on) tabs.add(tab);
    else tabs.delete(tab);
    this.guards.set(name, tabs);
    if (before !== tabs.size > 0) this.up(frame);
  }

  guarding(command: Command): readonly string[] {
    return [...(this.guards.get(key(command.subject, command.service.service)) ?? [])];
  }

  peered(frame: PeersFrame): void {
    this.peers.set(frame.subject, frame);
    this.tellPeers(frame.subject);
  }

  /** A tab has come to a subject. */
  enter(tab: string, subject: string): void {
    for (const office of this.offices.values()) {
      if (office.subject === subject && office.page !== "") this.down(tab, this.told(office, tab));
    }
    this.tellPeers(subject);
  }

  /** The tab has gone, or watches the subject no longer: what it claimed is free, what it guarded is open. */
  leave(tab: string, subject?: string): void {
    const concerned = (of: string): boolean => subject === undefined || of === subject;
    for (const office of [...this.offices.values()].filter((item) => concerned(item.subject))) {
      office.wanted = office.wanted.filter((item) => item !== tab);
      if (office.holder === tab) this.giveUp(office);
    }
    for (const [name, tabs] of this.guards) {
      const [of = "", service = ""] = name.split(BETWEEN);
      if (tabs.has(tab) && concerned(of)) this.guard(tab, { type: "guard", subject: of, service: service as Service["service"], on: false });
    }
    for (const of of this.peers.keys()) if (concerned(of)) this.tellPeers(of);
  }

  private giveUp(office: Office): void {
    office.holder = undefined;
    this.up({ type: "claim", subject: office.subject, name: office.name, give: true });
  }

  private office(subject: string, name: string): Office {
    const found = this.offices.get(key(subject, name)) ?? { subject, name, page: "", holder: undefined, wanted: [] };
    this.offices.set(key(subject, name), found);
    return found;
  }

  private tell(office: Office): void {
    for (const tab of this.tabs(office.subject)) this.down(tab, this.told(office, tab));
  }

  private told(office: Office, tab: string): ClaimedFrame {
    const { subject, name, page, holder } = office;
    return { type: "claimed", subject, name, page: holder === undefined ? page : `${page}/${holder}`, mine: holder === tab };
  }

  private tellPeers(subject: string): void {
    const frame = this.peers.get(subject);
    if (frame === undefined) return;
    const tabs = this.tabs(subject);
    const pages = frame.pages.flatMap((page) => (page === frame.me ? tabs.map((tab) => `${page}/${tab}`) : [page]));
    for (const tab of tabs) this.down(tab, { ...frame, pages, me: `${frame.me}/${tab}` });
  }
}

const BETWEEN = "\n";

function key(subject: string, name: string): string {
  return `${subject}${BETWEEN}${name}`;
}
