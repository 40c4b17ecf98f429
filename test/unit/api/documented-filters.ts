/** Which filters Amazon documents for an operation: the SDK's declarations have its text. */
import { commentOn } from "./declarations.ts";

/**
 * The names of the filters that the text of an operation's filters lists, `tag:<key>` as `tag:`. Lists within an item
 * are of values and not of names.
 */
export function documentedFilters(action: string, member: string): readonly string[] {
  const comment = commentOn(`${action}Request`, member);
  const names: string[] = [];
  let depth = 0;
  for (const [tag, name] of comment.matchAll(/<ul>|<\/ul>|<li>\s*<p>\s*(?:<code>)?([\w.-]+(?:\/[\w-]+)?)/g)) {
    if (tag === "<ul>") depth++;
    else if (tag === "</ul>") depth--;
    else if (depth === 1 && name !== undefined) names.push(name === "tag" ? "tag:" : name);
  }
  return names;
}
