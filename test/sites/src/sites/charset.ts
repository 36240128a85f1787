import { encodeGbk } from '../gbk.ts';
import { layout } from '../layout.ts';
import { inText, type Site } from '../site.ts';

const nav = { '/': '首页', '/lianxi': '联系我们' };

/**
 * Pages in GBK. Their digits are fullwidth, which are two bytes each there: whoever takes the page for UTF-8 or
 * windows-1252 sees no digit at all.
 */
export const charsetSite: Site = {
  host: 'cloud-tea-house.test',
  pages: [
    {
      path: '/',
      kind: 'charset',
      answer: {
        headers: { 'content-type': 'text/html; charset=gbk' },
        body: encodeGbk(
          layout({ title: '云雾茶馆', lang: 'zh', nav, body: '<p>伦敦分店电话：＋４４　２８　９０１８　０１０１</p>' }),
        ),
      },
      expected: inText('+442890180101'),
    },
    {
      path: '/lianxi',
      kind: 'charset',
      answer: {
        headers: { 'content-type': 'text/html' },
        body: encodeGbk(
          layout({
            title: '云雾茶馆',
            lang: 'zh',
            nav,
            head: '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">',
            body: '<p>客服热线：＋４４－２８－９０１８－０１０２</p><p>传真：+44 28 9018 0103</p>',
          }),
        ),
      },
      expected: inText('+442890180102', '+442890180103'),
    },
  ],
};
