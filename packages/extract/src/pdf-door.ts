export { isPdf, type PdfText, type ReadPdfOptions, readPdf } from './pdf/read-pdf.ts';
