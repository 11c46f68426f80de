import type { FolderCheck } from './find-escapes.ts'

/** The file system as stages may use it: inside the workspace and our own temporary folder. */
export interface Files {
  /** Files that match globs, absolute and sorted; nothing outside `root` is ever returned, symbolic links included. */
  find(root: string, globs: readonly string[]): Promise<readonly string[]>
  /** @throws StagegateError E_PATH_OUTSIDE when the real path is not inside `root`; undefined when there is no such file. */
  read(root: string, path: string, options?: { readonly maxBytes?: number }): Promise<string | undefined>
  /** As `read`, without taking the bytes for text: for what must arrive as it is, or be refused. */
  readBytes(root: string, path: string): Promise<Uint8Array | undefined>
  /**
   * Everything below a folder, links followed; `find` leaves out in silence what leads out of the root.
   *
   * @param most how many entries are looked at
   */
  lookBelow(root: string, folder: string, most: number): Promise<FolderCheck>
  /**
   * The real path of a folder; undefined when there is no such folder.
   *
   * @throws StagegateError E_PATH_OUTSIDE when it is not inside `root`
   */
  realFolder(root: string, path: string): Promise<string | undefined>
  /** The bytes of a file in pieces, for reports that do not fit in memory. */
  stream(root: string, path: string): AsyncIterable<Uint8Array>
  /**
   * A text that is another one after the file was written, replaced or copied over, even with the same bytes; the same
   * after its rights or its name changed. Undefined when there is no such file.
   */
  stamp(path: string): Promise<string | undefined>
  exists(path: string): Promise<boolean>
  isDirectory(path: string): Promise<boolean>
  /** Writes a new file that only this user can read (0600): to a temporary name, then renamed. */
  write(path: string, content: string | Uint8Array): Promise<void>
  /** A new folder (0700) inside the run's temporary folder. */
  makeFolder(name: string): Promise<string>
  remove(path: string): Promise<void>
}
