// Ringing tones, made of sines so that there is no sound to load. A browser may forbid sound until the page was touched:
// then it is silent, and sounds from the first touch on.

export type Tone = "classic" | "bell" | "chime" | "pulse" | "soft";

interface Note {
  /** Seconds from the beginning. */
  readonly at: number;
  readonly length: number;
  readonly pitches: readonly number[];
  /** Whether it dies away like something that was struck; else it is held. */
  readonly struck?: boolean;
  readonly form?: OscillatorType;
}

interface Melody {
  /** Seconds until it is played again. */
  readonly period: number;
  readonly notes: readonly Note[];
}

export const TONES: { readonly [name in Tone]: Melody } = {
  classic: { period: 3, notes: [0, 0.6].map((at) => ({ at, length: 0.45, pitches: [440, 480] })) },
  bell: { period: 2.5, notes: [0, 0.35].map((at) => ({ at, length: 1.2, pitches: [880, 1760, 2640], struck: true })) },
  chime: { period: 3.2, notes: [523, 659, 784].map((pitch, index) => ({ at: index * 0.28, length: 1.1, pitches: [pitch], struck: true })) },
  pulse: { period: 2, notes: [0, 0.16, 0.32].map((at) => ({ at, length: 0.09, pitches: [700], form: "square" as const })) },
  soft: { period: 3.5, notes: [392, 330].map((pitch, index) => ({ at: index * 0.7, length: 0.8, pitches: [pitch, pitch / 2] })) },
};

const LOUDNESS = 0.12;
const EDGE = 0.03;

export function isTone(name: string | undefined): name is Tone {
  return name !== undefined && Object.hasOwn(TONES, name);
}

export class Ringtone {
  private context: AudioContext | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private playing: GainNode | undefined;

  get ringing(): boolean {
    return this.timer !== undefined;
  }

  start(tone: Tone): void {
    if (this.timer !== undefined || !this.ready()) return;
    this.play(tone);
    this.timer = setInterval(() => this.play(tone), TONES[tone].period * 1000);
  }

  stop(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.hush();
  }

  /** Plays it once, to be chosen. */
  async sample(tone: Tone): Promise<void> {
    if (this.timer !== undefined || !this.ready()) return;
    await this.context?.resume().catch(() => undefined);
    this.play(tone);
  }

  /** The page was touched: sound may be allowed now. */
  touched(): void {
    if (this.context?.state === "suspended") void this.context.resume().catch(() => undefined);
  }

  private ready(): boolean {
    if (typeof AudioContext === "undefined") return false;
    this.context ??= new AudioContext();
    return true;
  }

  private hush(): void {
    this.playing?.disconnect();
    this.playing = undefined;
  }

  private play(tone: Tone): void {
    const { context } = this;
    if (context === undefined) return;
    if (context.state !== "running") return this.touched();
    this.hush();
    this.playing = context.createGain();
    this.playing.connect(context.destination);
    for (const note of TONES[tone].notes) strike(context, this.playing, note);
  }
}

function strike(context: AudioContext, out: AudioNode, { at, length, pitches, struck, form }: Note): void {
  const begin = context.currentTime + at;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(LOUDNESS / pitches.length, begin + EDGE);
  if (struck !== true) gain.gain.setValueAtTime(LOUDNESS / pitches.length, begin + length - EDGE);
  gain.gain.linearRampToValueAtTime(0, begin + length);
  gain.connect(out);
  for (const pitch of pitches) {
    const oscillator = context.createOscillator();
    oscillator.type = form ?? "sine";
    oscillator.frequency.value = pitch;
    oscillator.connect(gain);
    oscillator.start(begin);
    oscillator.stop(begin + length);
  }
}
