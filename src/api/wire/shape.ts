/**
 * Amazon's model of a service as the codec reads it. The frozen form (src/api/shapes/<service>.json, written by
 * tools/freeze-shapes.ts) is compact; readModel turns it into shapes that refer to each other.
 */

export type Protocol = "ec2Query" | "awsQuery" | "awsJson1_1";

/** String, number, boolean, timestamp, blob, a place in `shapes`, or nothing at all. */
export type FrozenRef = "s" | "n" | "b" | "t" | "x" | number | null;
/** Name, type, key in a query request, element in an XML response; each name left out equals the one before. */
export type FrozenMember = readonly [name: string, type: FrozenRef, key?: string, element?: string];
export type FrozenShape =
  | readonly ["list", element: FrozenRef, elementName: string]
  | readonly ["map", value: FrozenRef]
  /** The first `required` members are required. */
  | readonly ["structure", required: number, members: readonly FrozenMember[], token?: string];

export interface FrozenModel {
  readonly protocol: Protocol;
  readonly version: string;
  readonly namespace: string;
  readonly operations: Readonly<Record<string, readonly [input: FrozenRef, output: FrozenRef]>>;
  readonly shapes: readonly FrozenShape[];
}

export interface Scalar {
  readonly kind: "string" | "number" | "boolean" | "timestamp" | "blob";
}

export interface List {
  readonly kind: "list";
  readonly element: Shape;
  /** What an element is called: `<item>`, `<member>`. */
  readonly elementName: string;
}

/** Keys are always strings. */
export interface StringMap {
  readonly kind: "map";
  readonly value: Shape;
}

export interface Member {
  readonly name: string;
  readonly shape: Shape;
  /** Its key in a query request. */
  readonly key: string;
  /** Its element in an XML response. */
  readonly element: string;
  readonly required: boolean;
}

export interface Structure {
  readonly kind: "structure";
  readonly members: readonly Member[];
  readonly byKey: ReadonlyMap<string, Member>;
  /** The member that makes a call idempotent. */
  readonly token: string | undefined;
}

export type Shape = Scalar | List | StringMap | Structure;

export interface OperationShape {
  readonly name: string;
  readonly input: Structure | undefined;
  readonly output: Structure | undefined;
}

/** A service: its dialect and every operation Amazon has in it. */
export interface Model {
  readonly protocol: Protocol;
  readonly version: string;
  readonly namespace: string;
  /** The names of all operations. */
  readonly actions: readonly string[];
  /** The operation of that name, or undefined when Amazon has none. */
  operation(name: string): OperationShape | undefined;
}

const scalars = {
  s: { kind: "string" },
  n: { kind: "number" },
  b: { kind: "boolean" },
  t: { kind: "timestamp" },
  x: { kind: "blob" },
} as const satisfies Record<string, Scalar>;

/** Reads a frozen model. Shapes are made when first asked for: a server touches few of the thousands there are. */
export function readModel(frozen: FrozenModel): Model {
  const shapes: (Shape | undefined)[] = [];
  const shapeAt = (place: number): Shape => {
    const form = frozen.shapes[place];
    if (!form) throw new Error(`the frozen model has no shape ${place}`);
    return (shapes[place] ??= readShape(form, resolve));
  };
  const resolve = (ref: FrozenRef): Shape => {
    if (ref === null) return { kind: "structure", members: [], byKey: new Map(), token: undefined };
    return typeof ref === "number" ? shapeAt(ref) : scalars[ref];
  };
  const structureOf = (ref: FrozenRef): Structure | undefined => {
    if (ref === null) return undefined;
    const shape = resolve(ref);
    if (shape.kind !== "structure") throw new Error(`an operation takes and gives structures, not a ${shape.kind}`);
    return shape;
  };
  return {
    protocol: frozen.protocol,
    version: frozen.version,
    namespace: frozen.namespace,
    actions: Object.keys(frozen.operations),
    operation(name) {
      if (!Object.hasOwn(frozen.operations, name)) return undefined;
      const [input, output] = frozen.operations[name] ?? [null, null];
      return { name, input: structureOf(input), output: structureOf(output) };
    },
  };
}

/** Members and elements are resolved on first use, since a shape may hold itself. */
function readShape(form: FrozenShape, resolve: (ref: FrozenRef) => Shape): Shape {
  if (form[0] === "list") {
    const element = once(() => resolve(form[1]));
    return {
      kind: "list",
      elementName: form[2],
      get element() {
        return element();
      },
    };
  }
  if (form[0] === "map") {
    const value = once(() => resolve(form[1]));
    return {
      kind: "map",
      get value() {
        return value();
      },
    };
  }
  return readStructure(form, resolve);
}

function readStructure(form: FrozenShape & readonly ["structure", ...unknown[]], resolve: (ref: FrozenRef) => Shape): Structure {
  const [, required, frozen, token] = form;
  const members = once(() =>
    frozen.map(([name, ref, key = name, element = key], index) => ({
      name,
      shape: resolve(ref),
      key,
      element,
      required: index < required,
    })),
  );
  const byKey = once(() => new Map(members().map((member) => [member.key, member])));
  return {
    kind: "structure",
    token,
    get members() {
      return members();
    },
    get byKey() {
      return byKey();
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
