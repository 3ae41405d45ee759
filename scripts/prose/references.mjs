import path from 'node:path';

/**
 * Links of a page that lead nowhere, and excerpts that are not in their source any more.
 *
 * @param {string} file the page.
 * @param {import('./markdown-page.mjs').MarkdownPage} page
 * @param {import('./references.mjs').Project} project
 * @returns {import('./markdown-page.mjs').Fault[]}
 */
export function referenceFaults(file, page, { pages, exists, read }) {
  const links = page.links.flatMap(({ line, url }) => {
    if (/^[a-z]+:/.test(url)) return [];
    const [target, anchor] = url.split('#', 2);
    const found = target ? path.posix.normalize(path.posix.join(path.posix.dirname(file), target)) : file;
    if (!exists(found)) return [{ line, says: `links to ${url}, and there is no ${found}` }];
    if (anchor && pages.has(found) && !pages.get(found).anchors.includes(anchor))
      return [{ line, says: `links to ${url}, and ${found} has no such heading` }];
    return [];
  });
  const excerpts = page.excerpts
    .filter(({ file: source, code }) => !exists(source) || !read(source).includes(`${code}\n`))
    .map(({ line, file: source }) => ({ line, says: `the code differs from ${source}: copy it again` }));
  return [...links, ...excerpts];
}
