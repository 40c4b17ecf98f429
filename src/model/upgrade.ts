/** A resource's document as some format before the present one had it. */
type Former = Readonly<Record<string, unknown>>;

const isDocument = (value: unknown): value is Former => typeof value === "object" && value !== null && !Array.isArray(value);

/** What makes each format's documents the next one's, the first format's first. Append-only. */
const steps: readonly ((document: Former) => Former)[] = [routesLeadToTargets];

/** The format documents have now. */
export const documentFormat = steps.length + 1;

/** A document of an earlier format as one of the present format. Throws at what is no document. */
export function upgrade(document: unknown, format: number): Former {
  if (!isDocument(document)) throw new Error(`not a document: ${JSON.stringify(document)}`);
  return steps.slice(format - 1).reduce((former, step) => step(former), document);
}

/** 1 to 2: every route led to the VPC itself; now they have targets, and tables have associations. */
function routesLeadToTargets(document: Former): Former {
  if (document["kind"] !== "route-table") return document;
  const routes = Array.isArray(document["routes"]) ? document["routes"].filter(isDocument) : [];
  const upgraded = routes.map(({ destination, origin }) => ({ destination, target: { type: "local" }, origin }));
  return { ...document, associations: [], routes: upgraded };
}
