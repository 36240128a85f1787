-- A page's key is 128 bits of its HMAC: as good as unique among a thousand million pages (1 in 10²⁰), in half the room, and what
-- travels where a URL need not (G42).
alter table pages drop constraint pages_page_key_check;
alter table pages alter column page_key type bytea using substring(page_key for 16);
alter table pages add constraint pages_page_key_check check (octet_length(page_key) = 16);
