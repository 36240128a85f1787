/** How the word "number" is written after the name of an id: `order no.`, `Licence n°`. */
const numberWord = '(?:nos?|nr|n[uú]m(?:mer|ber|ero|éro)?|n[°ºr]|№|id(?:ent)?|code|#)';

/**
 * Names that say by themselves that digits are an id. None that is the name of a place as well (`AZ`, `ID`), a time zone
 * (`MST`), or a word before telephone numbers (`code`, `lines`).
 */
const namesAlone = [
  // Everywhere.
  'isbn|issn|icq|uin|qq|iban|bic|swift|doi|cve|sku|ean|upc|gtin|asin|pmid|imei|duns|eori|mls|serial|ref|reference|item|model|lot|patent|invoice|tracking|pin|case|views|hits|visits',
  // Companies, taxes, banks, licences, by where they are used.
  'vat|ein|npi|usdot|fcc|sort code|routing|abn|acn|bsb|kvk|btw|tva|tps|naf|siren|siret|rcs|r[ée]f|nif|cif|nipc|contribuinte',
  String.raw`c\.\s?i\.\s?f|p\.?\s?iva|p\.\s?i|c\.\s?f|cod(?:ice|\.)?\s?fisc(?:ale|\.)?|partita iva|rea(?: [a-z]{2})?`,
  String.raw`mwst|(?:ust[\s-]?)?id[\s-]?nr|ust|uid|steuer\p{L}*|konto|kto|blz|hrb|hra|aktenzeichen|org\.?\s?nr|cvr|y-tunnus`,
  'nip|regon|krs|nit|cuit|cuil|rut|rfc|cnpj|cpf|refer[êe]ncia|riferimento|rif|adószám|cégjegyzékszám|ičo?|dič|dic|číslo účtu',
  String.raw`oib|pib|eik|cui|npwp|siup|nib|(?:mst|id)(?=\s?[:#])|mã số(?: thuế| doanh nghiệp)?|gpkd(?: số)?|giấy phép(?: số)?|số tài khoản|stk`,
  'vergi(?: no| dairesi)?|mersis|gstin|ifsc|(?:rcs|hrb|hra|kvk) \\p{L}{3,15}',
  'ИНН|ОГРН|ОГРНИП|КПП|БИК|ОКПО|ЕГРПОУ|ЄДРПОУ|ІПН|ЕИК|Булстат|р/с|к/с|артикул|лицензия|счет|счёт|ПИБ|ΑΦΜ|ΓΕΜΗ|ICP|inn|ogrn|kpp',
].join('|');

/** Names that do so with a word for "number" after them: `Order: 800 …` is where one orders. */
const namesWithNumber = [
  'order|licen[cs]e|reg|registration|registered|registry|account|acct|tax|zip|post(?:al)?|p\\.?\\s?o\\.?\\s?box|article|company|charity|customer|member|claim',
  'product|part|policy|batch|certificate|commande|facture|client|pedido|cliente|fattura|ordine|лицензии|заказа?|договора?|счета|свидетельства',
].join('|');

/** `Bestellnummer`, `Art.-Nr.`; but a `Notrufnummer` is dialled. */
const dialled = String.raw`tel(?!l)|\p{L}*(?:tele|fax|ruf|mobil|handy|fon|phone|service|notfall|notdienst|kontakt|hotline|durchwahl|gratis|info|festnetz|alarm|direkt|vakt|jour|nöd|sms|whatsapp|gsm)`;
const compounds = String.raw`(?!${dialled})\p{L}{3,}(?:nummer|(?:-|\.-?)\s?nr)`;

/** Those of scripts without spaces between words. */
const namesUnspaced = [
  '备案?号?|備|网安备|许可证号?|证号|编号|注册号|订单号|账号|帐号|邮编|群号?|登録番号|許可番号?|第|注文番号|会員番号|郵便番号|口座番号|統一編號',
  '등록번호|신고번호|신고|사업자번호|주문번호|계좌번호|계좌|우편번호|เลขทะเบียน|เลขที่|เลขประจำตัวผู้เสียภาษี',
  'رقم التسجيل|السجل التجاري|الرقم الضريبي|شماره ثبت|کد پستی|کد ملی|شناسه ملی|ח\\.?פ\\.?|ע\\.?מ\\.?',
].join('|');

const idName = new RegExp(
  String.raw`(?:(?<![\p{L}\p{N}])(?:(?:${namesAlone})(?:[\s.-]{0,2}${numberWord})?|(?:${namesWithNumber})[\s.-]{0,2}${numberWord}|P/N|${compounds})|` +
    String.raw`(?:${namesUnspaced}))[\s.:：#()№°º-]{0,6}(?:[A-Z]{2}[\s-]?)?$`,
  'iu',
);

const reach = 40;
/** Marks and a country's letters come after a name at most. */
const leastReach = 10;
const mayEndName = /[\p{L}#№°º]/u;

/** Whether the text before digits ends with the name of an id: of a company, a tax, an account, an order, a book. */
export function namesAnId(before: string): boolean {
  return mayEndName.test(before.slice(-leastReach)) && idName.test(before.slice(-reach));
}

const counted = new RegExp(
  '^ {0,2}(?:(?:views?|hits|visits|visitors|members|posts|people|users|downloads|comments|likes|followers|subscribers|items|results|pages|votes|' +
    String.raw`px|[kmgt]b|kg|km|eur|euros?|usd|gbp|chf|pln|zł|kč|kr|руб|грн|mva|vat|просмотр\p{L}*|visitas|vues|aufrufe)(?!\p{L})|[€$£¥₽₴₹%]|円|원|元|万|次)`,
  'iu',
);

/** Whether what follows digits says that they count something: `1234567 views`, `1 234 567 €`. */
export function countsThings(after: string): boolean {
  return counted.test(after);
}
