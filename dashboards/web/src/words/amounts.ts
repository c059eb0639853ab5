/** Numbers as people read them. */

/** Stands where something is not known; never 0. */
export const UNKNOWN = "–";

const SPACE = "\u202f";

/** As many digits as say something: 0.123, 12, 48,210. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000 || Math.abs(value - Math.round(value)) < 1e-9) return grouped(value, 0);
  return size < 1 ? significant(value, 3) : grouped(value, 2);
}

/** As few digits as a glance takes: 48k, 1.2M. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size < 1000) return number(Number(value.toPrecision(3)));
  const [scale, letter] = size < 999_500 ? [1e3, "k"] : size < 999.5e6 ? [1e6, "M"] : [1e9, "G"];
  const scaled = value / scale;
  return `${grouped(scaled, Math.abs(scaled) < 9.95 ? 1 : 0)}${letter}`;
}

/** A share; only all is 100 %, only none is 0 %. */
export function percent(value: number): string {
  if (value > 0 && value < 0.01) return `< 1${SPACE}%`;
  if (value > 0.99 && value < 1) return `> 99${SPACE}%`;
  return `${grouped(100 * value, 0)}${SPACE}%`;
}

export function duration(seconds: number): string {
  const size = Math.abs(seconds);
  if (seconds === 0) return `0${SPACE}s`;
  if (size < 0.001) return `${grouped(1e6 * seconds, 0)}${SPACE}µs`;
  if (size < 0.1) return `${grouped(1000 * seconds, 0)}${SPACE}ms`;
  if (size < 10) return `${grouped(seconds, 2, 2)}${SPACE}s`;
  if (size < 119.5) return `${grouped(seconds, 1, 1)}${SPACE}s`;
  const minutes = Math.floor(Math.round(size) / 60);
  const rest = Math.round(size) - 60 * minutes;
  const sign = seconds < 0 ? "-" : "";
  return `${sign}${minutes}${SPACE}min${rest ? ` ${rest}${SPACE}s` : ""}`;
}

/** A value in the unit of its score. */
export function amount(value: number, unit: string): string {
  if (unit === "share" || unit === "0/1") return percent(value);
  if (unit === "seconds") return duration(value);
  if (unit === "USD") {
    const small = value !== 0 && Math.abs(value) < 1;
    return `$${small ? significant(value, 2, true) : grouped(value, 2, 2)}`;
  }
  return number(value);
}

/** "1 run", "12 runs". */
export function counted(count: number, what: string, many = `${what}s`): string {
  return `${grouped(count, 0)} ${count === 1 ? what : many}`;
}

export function signed(value: number, words: string): string {
  return value > 0 ? `+${words}` : words.replace("-", "−");
}

export function grouped(value: number, most: number, least = 0): string {
  return format(`${most} ${least}`, value, () => ({
    maximumFractionDigits: most,
    minimumFractionDigits: least,
  }));
}

/** At most so many digits that say something; in `exactly` so many. */
function significant(value: number, digits: number, exactly = false): string {
  return format(`${digits} ${exactly}`, value, () => ({
    maximumSignificantDigits: digits,
    ...(exactly && { minimumSignificantDigits: digits }),
  }));
}

const formats = new Map<string, Intl.NumberFormat>();

/** A page holds thousands of numbers: what formats them is made once, by its key. */
function format(key: string, value: number, options: () => Intl.NumberFormatOptions): string {
  let known = formats.get(key);
  if (!known) {
    // As Python rounds: the same figure reads alike on a terminal and in a page.
    known = new Intl.NumberFormat("en-US", { roundingMode: "halfEven", ...options() });
    formats.set(key, known);
  }
  return known.format(value === 0 ? 0 : value);
}
