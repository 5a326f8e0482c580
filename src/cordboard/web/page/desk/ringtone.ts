// A ringing tone made of two sines, so that there is no sound to load. A browser may forbid sound until the page was
// touched: then it is silent, and sounds from the first touch on.

const PERIOD = 3;
const TONES = [440, 480];
const LOUDNESS = 0.12;

export class Ringtone {
  private context: AudioContext | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private gain: GainNode | undefined;

  get ringing(): boolean {
    return this.timer !== undefined;
  }

  start(): void {
    if (this.timer !== undefined || typeof AudioContext === "undefined") return;
    this.context ??= new AudioContext();
    this.ring();
    this.timer = setInterval(() => this.ring(), PERIOD * 1000);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.gain?.disconnect();
    this.gain = undefined;
  }

  /** The page was touched: sound may be allowed now. */
  touched(): void {
    if (this.context?.state === "suspended") void this.context.resume().catch(() => undefined);
  }

  private ring(): void {
    const { context } = this;
    if (context === undefined) return;
    if (context.state !== "running") return this.touched();
    const gain = context.createGain();
    const now = context.currentTime;
    gain.gain.setValueAtTime(0, now);
    for (const begin of [0, 0.6]) {
      gain.gain.linearRampToValueAtTime(LOUDNESS, now + begin + 0.03);
      gain.gain.setValueAtTime(LOUDNESS, now + begin + 0.4);
      gain.gain.linearRampToValueAtTime(0, now + begin + 0.45);
    }
    gain.connect(context.destination);
    this.gain = gain;
    for (const tone of TONES) {
      const oscillator = context.createOscillator();
      oscillator.frequency.value = tone;
      oscillator.connect(gain);
      oscillator.start(now);
      oscillator.stop(now + 1.2);
    }
  }
}
