/** The order of a table in the address: "tokens", from the largest on "-tokens". */

export interface Order {
  key: string;
  down: boolean;
}

export function orderOf(text: string | undefined): Order | null {
  if (!text) return null;
  return text.startsWith("-") ? { key: text.slice(1), down: true } : { key: text, down: false };
}

export function orderText({ key, down }: Order): string {
  return down ? `-${key}` : key;
}
