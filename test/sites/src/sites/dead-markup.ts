import { layout } from '../layout.ts';
import { inText, type Site } from '../site.ts';

const title = 'The Attic';

/** Numbers in markup that no visitor ever sees. */
export const deadMarkupSite: Site = {
  host: 'attic.test',
  pages: [
    {
      path: '/',
      kind: 'dead-markup',
      answer: {
        body: layout({
          title,
          nav: { '/scripts': 'Scripts' },
          head: '<style>.old::after{content:"+44 117 496 0901"} /* +44 117 496 0902 */</style>',
          body: `<p>What you may call: +44 117 496 0101</p>
            <!-- our old line: +44 117 496 0903 -->
            <!--[if IE]><p>+44 117 496 0904</p><![endif]-->
            <![CDATA[ +44 117 496 0905 ]]>
            <p data-id="441174960906" data-old-phone="+44 117 496 0907">Nothing to see in the attributes of this line.</p>`,
        }),
      },
      expected: inText('+441174960101'),
      forbidden: [
        '+441174960901',
        '+441174960902',
        '+441174960903',
        '+441174960904',
        '+441174960905',
        '+441174960906',
        '+441174960907',
      ],
    },
    {
      path: '/scripts',
      kind: 'dead-markup',
      answer: {
        body: layout({
          title,
          nav: { '/': 'Home' },
          body: `<p>Still in use: +44 117 496 0102, at any hour of the day, for questions about lofts and what is in them.</p>
            <script>// formerly +44 117 496 0908
            /* and before that +44 117 496 0909 */</script>
            <script type="text/template"><p>+44 117 496 0910</p></script>
            <script type="text/x-handlebars"><a href="tel:+441174960911">call</a></script>`,
        }),
      },
      expected: inText('+441174960102'),
      forbidden: ['+441174960908', '+441174960909', '+441174960910', '+441174960911'],
    },
  ],
};
