/** The tree of metadata as data: folders are tables of what is in them, and nothing is made that is not looked at. */

/** What is at a path: the text or bytes of an item, a folder, or nothing. */
export type Place = string | Uint8Array | Folder | undefined;

export interface Folder {
  /** Of what may be in it, in the order it is listed. */
  readonly names: readonly string[];
  at(name: string): Place;
}

/** What is in a folder, said of the subject it is about. */
export type Table<S> = Readonly<Record<string, (subject: S) => Place>>;

/** The folder of a table, about one subject. */
export const folder = <S>(table: Table<S>, subject: S): Folder => ({
  names: Object.keys(table),
  at: (name) => (Object.hasOwn(table, name) ? table[name]?.(subject) : undefined),
});

/** The folder of whatever there is, by name. */
export const folderOf = (entries: Iterable<readonly [name: string, place: Place]>): Folder => {
  const places = new Map([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { names: [...places.keys()], at: (name) => places.get(name) };
};

export const isFolder = (place: Place): place is Folder => typeof place === "object" && "names" in place;

/** What a path leads to. */
export function follow(start: Folder, path: readonly string[]): Place {
  let place: Place = start;
  for (const name of path) place = isFolder(place) ? place.at(name) : undefined;
  return place;
}

/** The names in a folder, with a slash after those of folders. A folder that holds nothing is not there itself. */
export const list = (of: Folder): string[] =>
  of.names.flatMap((name) => {
    const place = of.at(name);
    if (!isFolder(place)) return place === undefined ? [] : [name];
    return list(place).length > 0 ? [`${name}/`] : [];
  });
