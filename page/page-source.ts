/** The script of this page, from which its worker is made: the page is one file, and its policy loads no others. */
export const PAGE_SOURCE = typeof document === 'undefined' ? '' : (document.currentScript?.textContent ?? '')
