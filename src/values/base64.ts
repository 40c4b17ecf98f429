const pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The bytes of padded base64 (RFC 4648), undefined when it is anything else. */
export const fromBase64 = (text: string): Uint8Array | undefined =>
  pattern.test(text) ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0)) : undefined;
