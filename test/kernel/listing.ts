import type { Lab } from "./lab.ts";

/**
 * What the kernel holds in our table, as lines in an order of their own: elements sorted, as the kernel hashes them, and
 * without the generation, which differs between two ways to one policy, and what links' first words were counted.
 */
export async function listing({ kernel, router }: Lab): Promise<string[]> {
  const printed = (await kernel.query(router, "list table inet bailey")).replaceAll(/\s+/g, " ");
  const text = printed.replace(/^table inet bailey \{ (.*) \} ?$/, " $1");
  const blocks = text.split(/(?= (?:set|map|chain|counter|ct timeout) \S+ \{ )/).map((block) =>
    block.replace(/elements = \{ (.*?) \}/, (_, elements: string) => (block.includes(" flags dynamic") ? "" : elements.split(/, ?/).sort().join(", "))),
  );
  return blocks
    .map((block) => block.trim().replace(/(chain intended\/[0-9a-f]+)\/\d+/, "$1"))
    .map((block) => (/^chain (?:forward|admit) /.test(block) ? block.replaceAll(/0x[0-9a-f]+(?:\/\d+)?/g, "mark") : block))
    .sort();
}
