import { useEffect, useRef } from 'react';

import styles from './picture.module.css';

/** Picture draws a PNG that came in an answer. An image element would need a URL that the content security policy does not allow. */
export function Picture({ png, alt }: { png: Uint8Array; alt: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let gone = false;
    const draw = async () => {
      const image = await createImageBitmap(new Blob([png as BlobPart], { type: 'image/png' }));
      if (gone || !canvas.current) return;
      canvas.current.width = image.width;
      canvas.current.height = image.height;
      canvas.current.getContext('2d')!.drawImage(image, 0, 0);
    };
    void draw();
    return () => void (gone = true);
  }, [png]);
  return <canvas className={styles.picture} ref={canvas} role="img" aria-label={alt} />;
}
