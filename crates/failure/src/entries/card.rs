//! The card and the slot it lies in.

use super::patient::{OUT_OF_SLEEVE, PLACE_AGAIN, TAKE_CARD, WAIT};
use super::{entries, papers_en, papers_ja};

entries! {
    CARD_SLOT_DISAGREES {
        cause: "カードリーダーと読み取り口で、カードの有無が一致しません。",
            "The reader and its slot do not agree whether a card is there.";
        patient: "カードをいったん取り、もう一度置いてください。",
            "Please take the card and place it again.",
            "请先取回卡片，再重新放置。",
            "카드를 일단 빼신 후 다시 올려 주십시오.";
        reception: concat!("カードをケースから出し、置き直していただきます。", papers_ja!()),
            concat!("Have the card taken out of its sleeve and placed again. ", papers_en!());
        technician: "毎回起こるときは、組み合わせの間違いです。設定の `slot` をこのリーダーの読み取り口の名前に直します。",
            "If it happens every time, the pairing is wrong: set this reader's `slot` in the configuration to the name of its own slot.";
    }
    CARD_NO_CHIP ["001", "reading failed"] {
        cause: "カードが置かれていますが、ICチップが応答しません。ケースに入ったまま、裏返し、別のカードなどが考えられます。",
            "A card lies there and no chip answers: a sleeve, the wrong side, or a card without a chip.";
        patient: OUT_OF_SLEEVE;
        reception: concat!("カードの種類と向きを見て、案内します。別のカードで試すと、カードとカードリーダーのどちらが原因か分かります。", papers_ja!()),
            concat!("Look which card it is and how it lies. Another card tells whether card or reader is at fault. ", papers_en!());
        technician: "どのカードでも起こるなら、読み取り口とケーブルを確かめます。", "If every card fails, check slot and cable.";
    }
    CARD_UNRESPONSIVE ["001"] {
        cause: "読み取り口のカードに電源が入りません。2枚重なっているか、ケースに入っているか、ICチップの故障です。",
            "What lies in the slot does not take power: two cards on top of each other, a sleeve, or a broken chip.";
        patient: "ケースから出し、マイナンバーカードを1枚だけ置いてください。",
            "Please take the card out of its sleeve and place your My Number Card alone.",
            "请从卡套中取出，只放置一张个人编号卡。",
            "케이스에서 꺼내 마이넘버카드 한 장만 올려 주십시오.";
        reception: concat!("重なったカードやケースがないか見て、置き直していただきます。", papers_ja!()),
            concat!("Look for a second card or a sleeve and have the card placed again. ", papers_en!());
        technician: "このカードだけならチップの故障で、市区町村での再発行になります。どのカードでも起こるなら、読み取り口を調べます。",
            "If only this card fails, its chip is broken and the municipality replaces it. If every card fails, examine the slot.";
    }
    CARD_WRONG_SIDE {
        cause: "カードの裏表が逆に置かれています。", "The card lies with its wrong side to the reader.";
        patient: "カードの向きを直して、もう一度置いてください。",
            "Please turn the card round and place it again.",
            "请调整卡片的方向，重新放置。",
            "카드의 방향을 바로잡아 다시 올려 주십시오.";
        reception: "カードの向きを案内します。置き方は機種ごとに違います。読み取れないときは暗証番号か目視確認、または資格確認書で受け付けます。",
            "Show which way round the card goes; models differ. Otherwise use the PIN or a visual check, or the 資格確認書.";
        technician: "正しい向きでも起こるなら、読み取り窓の汚れを確かめます。",
            "If it happens with the right side too, clean the reader's window.";
    }
    SLOT_ABSENT {
        cause: "設定された名前の読み取り口（PC/SC）がありません。",
            "There is no PC/SC slot of the configured name.";
        patient: WAIT;
        reception: concat!("ケーブルを差し直し、別のカードリーダーがあれば案内します。", papers_ja!()),
            concat!("Plug the cable in again; send patients to another reader if there is one. ", papers_en!());
        technician: "PC/SCサービスが見つけた名前と設定の `slot` を比べて直します。",
            "Compare the names that the PC/SC service lists with `slot` in the configuration, and mend that.";
    }
    SLOT_UNPAIRED {
        cause: "このカードリーダーの読み取り口（PC/SC）が、まだ決まっていません。",
            "No PC/SC slot belongs to this reader yet.";
        patient: WAIT;
        reception: concat!("別のカードリーダーがあれば案内します。", papers_ja!()),
            concat!("Send patients to another reader if there is one. ", papers_en!());
        technician: "`uketsuke pair reader` で組み合わせるか、設定の `slot` に名前を書きます。",
            "Pair them with `uketsuke pair reader`, or name the `slot` in the configuration.";
    }
    SLOT_IN_SUN {
        cause: "読み取り口に直射日光が当たり、カードの券面を読めません。",
            "Direct sun on the slot keeps the reader from reading the card's face.";
        patient: "手でかげを作って、もう一度置いてください。",
            "Please shade the card with your hand and place it again.",
            "请用手遮挡阳光，重新放置卡片。",
            "손으로 햇빛을 가리고 다시 올려 주십시오.";
        reception: "読み取り口をおおうか、向きを変えます。急ぐときは暗証番号か目視確認で受け付けます。",
            "Shade the slot or turn the reader. In a hurry, use the PIN or a visual check.";
        technician: "窓の光が当たらない場所に移します。", "Move the reader out of the light of the window.";
    }
    SLOT_BUSY {
        cause: "別のプログラムが読み取り口を使っています。", "Another program holds the slot.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせ、別のカードリーダーがあれば案内します。", papers_ja!()),
            concat!("Tell the technician; send patients to another reader if there is one. ", papers_en!());
        technician: "カードを占有しているプログラム（電子証明書のソフトなど）を止めます。",
            "Stop the program that holds the card, such as signature software.";
    }
    PCSC_STOPPED {
        cause: "端末のカード読み取りサービス（PC/SC）が止まっています。",
            "The terminal's PC/SC service does not run.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせます。戻れば自動で再開します。", papers_ja!()),
            concat!("Tell the technician; work resumes by itself once it is back. ", papers_en!());
        technician: "PC/SCサービスを起動し、自動起動になっているか確かめます。",
            "Start the PC/SC service and check that it starts by itself.";
    }
    CARD_SILENT {
        cause: "カードのICチップが、途中から応答しません。", "The card's chip stopped answering.";
        patient: "カードの向きを確かめ、ケースから出して、もう一度置いてください。",
            "Please take the card out of its sleeve, check which way round it goes and place it again.",
            "请确认卡片方向，从卡套中取出后重新放置。",
            "카드의 방향을 확인하시고, 케이스에서 꺼내 다시 올려 주십시오.";
        reception: concat!("別のカードで試し、カードとカードリーダーのどちらが原因か分けます。", papers_ja!()),
            concat!("Try another card to tell whether card or reader is at fault. ", papers_en!());
        technician: "どのカードでも起こるなら、読み取り口とケーブルを確かめます。",
            "If every card fails, check slot and cable.";
    }
    CARD_OTHER ["002"] {
        cause: "マイナンバーカードではないカードが置かれています。", "The card is not a My Number Card.";
        patient: "マイナンバーカードを置いてください。",
            "Please place your My Number Card.",
            "请放置个人编号卡。",
            "마이넘버카드를 올려 주십시오.";
        reception: concat!("マイナンバーカードをお持ちか伺います。", papers_ja!()),
            concat!("Ask for the My Number Card. ", papers_en!());
        technician: "正しいカードでも起こるなら、その読み取り口を別のカードで試します。",
            "If it happens with the right card, try the slot with other cards.";
    }
    CARD_TELEPHONE {
        cause: "スマートフォンのICチップが応答しました。このカードリーダーは、カードを受け付けます。",
            "The chip is that of a telephone; this reader takes the card.";
        patient: "スマートフォンではなく、マイナンバーカードを置いてください。",
            "Please place your My Number Card instead of the telephone.",
            "请放置个人编号卡，而不是智能手机。",
            "스마트폰이 아니라 마이넘버카드를 올려 주십시오.";
        reception: concat!("マイナンバーカードをお持ちか伺います。スマートフォンでは、マイナポータルの画面を見せていただけます。", papers_ja!()),
            concat!("Ask for the My Number Card. The telephone can show the マイナポータル screen. ", papers_en!());
        technician: "何もしません。カードをスマートフォンと一緒に置いたときにも起こります。",
            "Nothing to do. It also happens when the card is placed together with a telephone.";
    }
    CARD_UNREADABLE {
        cause: "カードの応答を読み取れません。", "The card's answers cannot be read.";
        patient: PLACE_AGAIN;
        reception: concat!("一度だけ置き直していただきます。", papers_ja!()),
            concat!("Have the card placed again, once. ", papers_en!());
        technician: "このカードだけなら市区町村での再発行になります。どのカードでも起こるなら、読み取り口を調べます。",
            "If only this card fails, the municipality replaces it. If every card fails, examine the slot.";
    }
    CARD_REMOVED_EARLY {
        cause: "受付が終わる前にカードが取られました。", "The card was taken before the visit was finished.";
        patient: "もう一度カードを置き、終わりの合図が出るまで、そのままお待ちください。",
            "Please place the card again and leave it until you are asked to take it.",
            "请重新放置卡片，在出现结束提示之前请勿移动。",
            "카드를 다시 올리시고, 종료 안내가 나올 때까지 그대로 기다려 주십시오.";
        reception: "カードをもう一度置いていただきます。結果はまだ届いていません。お急ぎなら目視確認か資格確認書で受け付けます。",
            "Have the card placed again; no result has come yet. In a hurry, use a visual check or the 資格確認書.";
        technician: "続くときは、読み取り口のゆるみと案内の表示を確かめます。",
            "If it keeps happening, check for a loose slot and the guidance shown.";
    }
    CARD_SWAPPED {
        cause: "受付の途中でカードが入れ替わりました。取り違えを防ぐため、受付を中止しました。",
            "The card was changed during the visit. It was ended, so that nobody is taken for another.";
        patient: "ご本人のカードを置いて、最初からお願いします。",
            "Please place your own card and start again.",
            "请放置您本人的卡片，从头开始办理。",
            "본인의 카드를 올리고 처음부터 다시 진행해 주십시오.";
        reception: "お一人ずつ、ご本人のカードで最初からやり直します。できないときは目視確認か資格確認書で受け付けます。",
            "Start again, one person and one card at a time. Otherwise use a visual check or the 資格確認書.";
        technician: "入れ替えていないのに起こるときは、カードの接触が途切れています。読み取り口を調べます。",
            "If no card was changed, contact was lost for a moment: examine the slot.";
    }
    CARD_LEFT {
        cause: "受付が終わりましたが、カードが置かれたままです。", "The visit is over and the card was left.";
        patient: TAKE_CARD;
        reception: "カードをご本人にお返しします。それまで次の方は、別のカードリーダーか資格確認書で受け付けます。",
            "Return the card to its owner. Until then, use another reader or the 資格確認書 for the next patient.";
        technician: "カードがないのに出るときは、読み取り口を調べます。",
            "If no card is there, examine the slot.";
    }
}
