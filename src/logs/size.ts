/** What Amazon counts for an event beside its message. */
const overhead = 26;

/** The size of an event as limits and stored bytes count it: its message in UTF-8, and 26 bytes. */
export function eventBytes(message: string): number {
  let bytes = message.length + overhead;
  for (let at = 0; at < message.length; at++) {
    const unit = message.charCodeAt(at);
    if (unit < 0x80) continue;
    // Both units of a surrogate pair count two.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}
