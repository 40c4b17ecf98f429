/** Operations of a service as Amazon's own client types them: `Sdk` is the type of its module. */
type Commands<Sdk> = { [K in keyof Sdk as K extends `${infer A}Command` ? A : never]: Sdk[K] };
type InstanceOf<C> = C extends abstract new (...args: never) => infer R ? R : never;

/** The names of a service's operations. */
export type ActionOf<Sdk> = keyof Commands<Sdk>;
export type InputOf<Sdk, A extends ActionOf<Sdk>> = InstanceOf<Commands<Sdk>[A]> extends { readonly input: infer I } ? I : never;
export type OutputOf<Sdk, A extends ActionOf<Sdk>> =
  InstanceOf<Commands<Sdk>[A]> extends {
    resolveMiddleware(...args: never): (args: never) => Promise<{ output: infer O extends object }>;
  }
    ? Omit<O, "$metadata">
    : never;
