/** What the page holds packed: base64 of gzip of JSON. */

export async function decode<T>(content: string): Promise<T> {
  const packed = Uint8Array.from(atob(content.trim()), (character) => character.charCodeAt(0));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(plain).json()) as T;
}
