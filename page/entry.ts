import './page-source.js'

/** The same script is the page, and the worker that the page starts. */
if (typeof document === 'undefined') void import('./worker.js')
else void import('./main.js')
