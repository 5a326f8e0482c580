// What the tabs of a shared connection watch. Each subject is watched once; each tab gets each entry once, in order, from
// where it stopped. Pure: what goes to the hub leaves by `up`, what goes to a tab by `down`.

import type { ClientFrame, EntryFrame, ErrorFrame, GaugeFrame, Joined, ServerFrame } from "./frames.js";
import { advanced, gauged, opened, place as parsedPlace, position, type Stream } from "./stream.js";

type Place = { readonly epoch: string; readonly seq: number };

/** What was missed, as far as the hub told, and the position that it was asked from. */
interface Told {
  readonly tail: readonly EntryFrame[];
  readonly recovered: boolean | null;
  readonly from: string | null;
}

interface Follower {
  /** What it watches, as it named it, and from where. */
  readonly names: Map<string, string | null>;
  /** Where it stands; `undefined` for nowhere yet. */
  readonly places: Map<string, Place | undefined>;
  /** What it has not been given yet. */
  readonly waiting: Set<string>;
}

const NOTHING_NEW: Told = { tail: [], recovered: null, from: null };

export class Feeds {
  private readonly followers = new Map<string, Follower>();
  private readonly streams = new Map<string, Stream>();
  /** What the hub was asked for and has not brought yet, with the position given. */
  private readonly asked = new Map<string, string | null>();
  private readonly kinds = new Set<string>();

  constructor(
    private readonly up: (frame: ClientFrame) => void,
    private readonly down: (tab: string, frame: ServerFrame) => void,
    /** The tab has a subject now: what is known of its claims and pages is of interest. */
    private readonly given: (tab: string, subject: string) => void,
  ) {}

  /** Another connection, on which nothing is watched yet. The tabs say anew what they want. */
  reset(): void {
    for (const table of [this.followers, this.streams, this.asked, this.kinds]) table.clear();
  }

  watch(tab: string, names: Readonly<{ [name: string]: string | null }>): void {
    const follower = this.followers.get(tab) ?? { names: new Map(), places: new Map(), waiting: new Set() };
    this.followers.set(tab, follower);
    const asks: { [name: string]: string | null } = {};
    for (const [name, from] of Object.entries(names)) {
      follower.names.set(name, from);
      if (!isKind(name)) {
        this.want(tab, follower, name, from, asks);
        continue;
      }
      for (const subject of this.streams.keys()) {
        if (kindOf(subject) === name && !(subject in names) && !follower.places.has(subject)) this.want(tab, follower, subject, from, asks);
      }
      if (this.kinds.has(name)) continue;
      this.kinds.add(name);
      asks[name] = from;
    }
    this.ask(asks);
  }

  unwatch(tab: string, names: readonly string[]): void {
    const follower = this.followers.get(tab);
    if (follower === undefined) return;
    for (const name of names) follower.names.delete(name);
    for (const subject of [...follower.places.keys()].filter((item) => !follows(follower, item))) {
      follower.places.delete(subject);
      follower.waiting.delete(subject);
    }
    this.prune(names);
  }

  gone(tab: string): void {
    const names = [...(this.followers.get(tab)?.names.keys() ?? [])];
    this.followers.delete(tab);
    this.prune(names);
  }

  /** The tabs that have the subject, in the order in which they came. */
  tabs(subject: string): string[] {
    const has = (follower: Follower): boolean => follower.places.has(subject) && !follower.waiting.has(subject);
    return [...this.followers].filter(([, follower]) => has(follower)).map(([tab]) => tab);
  }

  joined(frame: Joined): void {
    const { subject } = frame;
    const from = this.asked.get(subject) ?? null;
    this.asked.delete(subject);
    const following = [...this.followers].filter(([, follower]) => follows(follower, subject));
    if (following.length === 0) return;
    const stream = opened(frame);
    this.streams.set(subject, stream);
    const unserved: Place[] = [];
    for (const [tab, follower] of following) {
      if (!follower.places.has(subject)) {
        follower.places.set(subject, parsedPlace(follower.names.get(kindOf(subject)) ?? ""));
        follower.waiting.add(subject);
      }
      const place = follower.places.get(subject);
      if (!this.serve(tab, follower, stream, { tail: frame.tail ?? [], recovered: frame.recovered, from }) && place !== undefined) unserved.push(place);
    }
    const [first] = unserved.sort((one, other) => one.seq - other.seq);
    if (first !== undefined) this.ask({ [subject]: position(first.epoch, first.seq) });
  }

  entry(frame: EntryFrame): void {
    const stream = this.streams.get(frame.subject);
    if (stream === undefined) return;
    const after = advanced(stream, frame);
    if (after === "stale") return;
    if (after === "gap") {
      if (!this.asked.has(stream.subject)) this.ask({ [stream.subject]: position(stream.epoch, stream.seq) });
      return;
    }
    this.streams.set(stream.subject, after);
    for (const tab of this.tabs(frame.subject)) {
      this.followers.get(tab)?.places.set(frame.subject, { epoch: after.epoch, seq: after.seq });
      this.down(tab, frame);
    }
  }

  gauge(frame: GaugeFrame): void {
    const stream = this.streams.get(frame.subject);
    if (stream === undefined) return;
    this.streams.set(frame.subject, gauged(stream, frame.name, frame.value));
    for (const tab of this.tabs(frame.subject)) this.down(tab, frame);
  }

  /** The hub refused something about a subject; if it was asked for the subject itself, that. */
  refused(subject: string, frame: ErrorFrame): void {
    const following = [...this.followers].filter(([, follower]) => follows(follower, subject));
    if (this.asked.delete(subject) && !this.streams.has(subject)) {
      for (const [, follower] of following) {
        follower.places.delete(subject);
        follower.waiting.delete(subject);
      }
    }
    for (const [tab] of following) this.down(tab, frame);
  }

  private want(tab: string, follower: Follower, subject: string, from: string | null, asks: { [name: string]: string | null }): void {
    follower.places.set(subject, from === null ? undefined : parsedPlace(from));
    follower.waiting.add(subject);
    if (this.asked.has(subject) || subject in asks) return; // whoever is not served by that answer is asked for next
    const stream = this.streams.get(subject);
    if (stream === undefined || !this.serve(tab, follower, stream, NOTHING_NEW)) asks[subject] = from;
  }

  /** Gives the tab the subject, if what is known reaches back to where the tab stands. */
  private serve(tab: string, follower: Follower, stream: Stream, told: Told): boolean {
    const { subject } = stream;
    const place = follower.places.get(subject);
    const missed = place === undefined ? [] : told.tail.filter((entry) => entry.seq > place.seq);
    let recovered: boolean | null = null;
    if (place !== undefined) {
      if (place.epoch !== stream.epoch || place.seq > stream.seq) recovered = false;
      else if (missed.length === stream.seq - place.seq) recovered = true;
      else if (told.recovered === false && told.from === position(place.epoch, place.seq)) recovered = false;
      else return false;
    }
    if (!follower.waiting.delete(subject) && recovered === true && missed.length === 0) return true;
    follower.places.set(subject, { epoch: stream.epoch, seq: stream.seq });
    this.down(tab, {
      type: "joined",
      subject,
      epoch: stream.epoch,
      position: position(stream.epoch, stream.seq),
      recovered,
      tail: recovered === true ? missed : [],
      view: stream.view,
      gauges: stream.gauges,
    });
    this.given(tab, subject);
    return true;
  }

  private ask(subjects: Readonly<{ [name: string]: string | null }>): void {
    const names = Object.entries(subjects);
    for (const [name, from] of names) if (!isKind(name)) this.asked.set(name, from);
    if (names.length > 0) this.up({ type: "watch", subjects });
  }

  /** Watches no longer what no tab does. */
  private prune(names: readonly string[]): void {
    const all = [...this.followers.values()];
    const over = names.filter((name) => !all.some((follower) => follower.names.has(name)));
    for (const kind of over.filter(isKind)) this.kinds.delete(kind);
    const unwatched = [...new Set([...this.streams.keys(), ...this.asked.keys()])].filter((subject) => !all.some((follower) => follows(follower, subject)));
    for (const subject of unwatched) {
      this.streams.delete(subject);
      this.asked.delete(subject);
    }
    const subjects = [...new Set([...over.filter(isKind), ...unwatched])];
    if (subjects.length > 0) this.up({ type: "unwatch", subjects });
  }
}

function isKind(name: string): boolean {
  return name.endsWith("/*");
}

function kindOf(subject: string): string {
  return `${subject.split("/", 1)[0] ?? ""}/*`;
}

function follows(follower: Follower, subject: string): boolean {
  return follower.names.has(subject) || follower.names.has(kindOf(subject));
}
