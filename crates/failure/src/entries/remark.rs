//! What stands beside a result: the patient is registered, and reception has something to see to.

use super::entries;
use super::patient::REGISTERED;

entries! {
    CHARACTERS_BLANKED {
        cause: "氏名や住所に、表せない文字（●）があります。", "The name or address has a character that could not be shown (●).";
        patient: REGISTERED;
        reception: "資格は有効に扱います。保存してある正しい文字を●で上書きせず、足りないところは手で直します。",
            "The qualification counts. Keep the stored name, do not overwrite it with ●, and correct the rest by hand.";
        technician: "レセコンが対応するなら、フォルダーの文字コードをUTF-8にすると、●が減ることがあります。",
            "If the receipt computer can read it, UTF-8 in the folder may leave fewer ●.";
    }
    CONSENT_MISSING {
        cause: "カードが先に取られたか、時間内に答えがなく、まだ伺っていない同意があります。",
            "A consent was not answered: the card was taken first, or the time was over.";
        patient: "受付は済んでいます。係の者が、もう一度伺うことがあります。",
            "Your visit is registered. Staff may ask you once more.",
            "您的受理手续已完成。工作人员可能会再次询问您。",
            "접수가 완료되었습니다. 직원이 다시 여쭤볼 수 있습니다.";
        reception: "資格は有効に扱います。同意のない情報は見ません。診療に必要なら、もう一度カードを置いて答えていただきます。",
            "The qualification counts. What was not agreed to is not looked at. If it is needed, have the card placed again and the question answered.";
        technician: "続くときは、案内の表示と、設定の待ち時間を見直します。",
            "If it keeps happening, look at the guidance shown and at the times in the configuration.";
    }
    SUBSIDY_UNANSWERED {
        cause: "公費（PMH）を照会しましたが、回答がありませんでした。「なし」という回答ではありません。",
            "Subsidies (PMH) were asked for and no answer came. That does not mean there are none.";
        patient: "受給者証をお持ちの方は、受付にお見せください。",
            "If you have a subsidy certificate, please show it at the desk.",
            "如果您持有受给者证（受給者証），请在前台出示。",
            "수급자증(受給者証)을 가지고 계신 분은 접수처에 보여 주십시오.";
        reception: "保存してある公費を消さずに残します。紙の受給者証を見せていただき、それで確認します。",
            "Keep the subsidy that is stored; do not delete it. Check the paper certificate.";
        technician: "レセコンが、空の回答で保存済みの公費を上書きしないか確かめます。自治体がPMHに未対応のときも、回答は空です。",
            "Check that the receipt computer does not overwrite stored subsidies with an empty answer. It is also empty where the municipality is not on PMH yet.";
    }
    CENTRE_NOTE {
        cause: "センターが結果に注記を付けました。このプログラムは、その意味を知りません。",
            "The centre remarked something on the result that this program does not know.";
        patient: REGISTERED;
        reception: "結果は有効に扱います。注記の言葉を控え、担当の技術者に知らせます。",
            "The result counts. Note the remark's words and tell the technician.";
        technician: "注記の言葉を、コールセンターと開発元に伝えます。",
            "Report the remark's words to the call centre and to the maintainers.";
    }
}
